from __future__ import annotations

from solvent.diagnosis.paste.reading import ErrorObject, Reading


def test_the_innermost_error_is_the_deepest_that_says_something() -> None:
    outer = ErrorObject("Provider returned error", "400", "", 400, depth=1)
    inner = ErrorObject("tools.7: too long", "", "invalid_request_error", None, depth=4)
    silent = ErrorObject("", "E1", "", None, depth=6)
    assert Reading("", "", errors=(outer, inner, silent)).innermost is inner


def test_codes_without_a_message_are_better_than_nothing() -> None:
    silent = ErrorObject("", "E1", "", None, depth=6)
    assert Reading("", "", errors=(silent,)).innermost is silent
    assert Reading("", "").innermost is None
