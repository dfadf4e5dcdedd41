from __future__ import annotations

import pytest

from solvent.model.route import Endpoint, Model, Route


def test_an_endpoint_does_not_show_its_key() -> None:
    assert "s3cret" not in repr(Endpoint("https://x.example", (("authorization", "Bearer s3cret"),)))


@pytest.mark.parametrize(
    ("name", "asked", "served"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("claude-*", "claude-sonnet-4-5", True),
        ("claude-*", "claude-", True),
        ("claude-*", "my-claude-1", False),
        ("*", "", True),
        ("*-mini", "gpt-4o-mini", True),
        ("*-mini", "gpt-4o", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("*/*", "a/b", True),
        ("*/*", "ab", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "a1c2b", False),
        ("a*bb*b", "abb", False),
        ("[a]*", "a", False),
    ],
)
def test_a_pattern_fits_whole_names(name: str, asked: str, served: bool) -> None:  # noqa: FBT001 - a table's column
    assert Model(name, ()).serves(asked) is served


@pytest.mark.parametrize(
    ("name", "model", "asked", "expected"),
    [
        ("gpt-4o", "gpt-4o-2024", "gpt-4o", "gpt-4o-2024"),
        ("claude-*", None, "claude-x", "claude-x"),
        ("claude-*", "claude-y", "claude-x", "claude-y"),
        ("relay/*", "*", "relay/anthropic/claude-x", "anthropic/claude-x"),
        ("*-eu", "eu/*", "gpt-4o-eu", "eu/gpt-4o"),
        ("relay/*", "*", "relay/", ""),
    ],
)
def test_a_route_hands_on_a_name_of_its_own_or_a_part_of_what_was_asked(name: str, model: str | None, asked: str, expected: str) -> None:
    assert Model(name, ()).upstream_model(Route("a", model), asked) == expected
