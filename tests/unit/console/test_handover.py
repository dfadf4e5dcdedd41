from __future__ import annotations

from solvent.console.handover import _KEPT_MAX, Handover


def test_a_secret_is_handed_over_once_and_to_its_page_alone() -> None:
    handover = Handover()
    ticket = handover.leave("page", "secret")
    assert "secret" not in ticket
    assert handover.take(ticket, "another page") is None
    assert handover.take(None, "page") is None
    assert handover.take(ticket + "0", "page") is None
    assert handover.take(ticket, "page") == "secret"
    assert handover.take(ticket, "page") is None


def test_the_same_secret_of_two_pages_has_two_tickets() -> None:
    handover = Handover()
    assert handover.leave("one", "secret") != handover.leave("other", "secret")
    assert handover.leave("one", "secret") != handover.leave("one", "secret")


def test_what_nobody_asks_for_is_forgotten() -> None:
    handover = Handover()
    first = handover.leave("page", "first")
    for number in range(_KEPT_MAX):
        last = handover.leave("page", str(number))
    assert handover.take(first, "page") is None
    assert handover.take(last, "page") == str(_KEPT_MAX - 1)
