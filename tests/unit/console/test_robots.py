from __future__ import annotations

from tests.unit.console.conftest import Visitor

MAP = "Sitemap: https://errors.example.org/e/sitemap.xml"


def test_search_engines_read_the_public_desk_and_nothing_of_the_office(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    office, public = visitor.get("/robots.txt"), stranger_at_the_desk.get("/robots.txt")
    assert (office.status, office.headers["content-type"], office.text) == (
        200,
        "text/plain; charset=utf-8",
        "User-agent: *\nDisallow: /\n",
    )
    assert public.text.splitlines() == ["User-agent: *", "Disallow: /api/", "Disallow: /e/*/delete", "Allow: /e", MAP]
