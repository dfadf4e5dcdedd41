from __future__ import annotations

import pytest

from tests.unit.console.conftest import Visitor


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("desk.css", "text/css; charset=utf-8"),
        ("desk.js", "text/javascript; charset=utf-8"),
        ("filing.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_static_files(visitor: Visitor, name: str, kind: str) -> None:
    answer = visitor.get(f"/e/static/{name}")
    assert (answer.status, answer.headers["content-type"], answer.headers["cache-control"]) == (200, kind, "no-cache")
    version = visitor.site.assets[name].version
    assert "immutable" in visitor.get(f"/e/static/{name}?v={version}").headers["cache-control"]
    assert visitor.get(f"/e/static/{name}", if_none_match=answer.headers["etag"]).status == 304


@pytest.mark.parametrize("name", ["none.css", "..%2Fapp.py", "app.py"])
def test_nothing_else_is_served(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/e/static/{name}").status == 404


def test_the_style_asks_nobody_else(visitor: Visitor) -> None:
    for name in ("desk.css", "desk.js", "filing.js"):
        text = visitor.site.assets[name].body.decode()
        assert "http" not in text
        assert "@import" not in text
