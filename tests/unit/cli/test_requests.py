from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.office_twin import OfficeTwin, office, page, problem

__all__ = ["office"]

FAILED_OVER: dict[str, Any] = {
    "id": "r1",
    "at": "2026-01-26T10:09:10.123Z",
    "key_id": "k1",
    "model": "claude-sonnet-4-5",
    "route": "claude-sonnet-4-5",
    "status": 200,
    "attempts": [
        {
            "account": "main",
            "model": "claude-sonnet-4-5",
            "status": 400,
            "category": "credit_exhausted",
            "text": "400 error Your credit balance is too low",
            "wallet": "own_provider_account",
            "upstream_request_ids": ["req_011"],
            "outcome": "none",
            "ms": 120,
        },
        {
            "account": "relay",
            "model": "claude-sonnet-4-5",
            "status": 200,
            "category": None,
            "upstream_request_ids": ["2026012610", "req_9"],
            "outcome": "usage",
            "ms": 1200,
        },
    ],
    "tokens": {"input_tokens": 12, "cache_read_tokens": 0, "output_tokens": 30},
    "cost_usd": "0.000486",
    "cost_source": "reported",
    "degraded": None,
    "ms": 1350,
}
REFUSED: dict[str, Any] = {
    "id": "r2",
    "at": "2026-01-26T10:10:00Z",
    "key_id": "k1",
    "model": "\x1b]0;mine\x07",
    "status": 402,
    "category": "budget_limit",
    "attempts": [],
    "tokens": None,
    "cost_usd": "0.00",
    "ms": 1,
}
UNKNOWN: dict[str, Any] = {
    "id": "r3",
    "at": "2026-01-26T10:11:00Z",
    "model": "m",
    "status": None,
    "attempts": [{"account": "a", "model": "m", "status": None, "category": "timeout", "outcome": "unknown", "upstream_request_ids": []}],
}


def show(office: OfficeTwin, request: dict[str, Any], wanted: str) -> list[str]:
    office.tells["GET /api/requests"] = page(request)
    office.tells[f"GET /api/requests/{request['id']}"] = request
    ran = office.run("requests", "show", wanted)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


@pytest.mark.parametrize("wanted", ["r1", "req_011", " req_9 "])
def test_a_request_is_told_as_the_story_of_its_attempts(office: OfficeTwin, wanted: str) -> None:
    assert show(office, FAILED_OVER, wanted) == [
        "request    r1",
        "at         2026-01-26 10:09:10 UTC",
        "key        k1",
        "asked for  claude-sonnet-4-5",
        "route      claude-sonnet-4-5",
        "answered   200 after 1350 ms, 2 attempts",
        "tokens     input 12, output 30",
        "cost       0.000486 USD (reported)",
        "",
        "1. main, model claude-sonnet-4-5: answered 400 after 120 ms",
        "   verdict       credit_exhausted",
        "   said          400 error Your credit balance is too low",
        "   wallet        own_provider_account (your own account at the provider)",
        "   usage         none: it refused, or nothing was sent",
        "   upstream ids  req_011",
        "",
        "2. relay, model claude-sonnet-4-5: answered 200 after 1200 ms",
        "   usage         reported by the upstream",
        "   upstream ids  2026012610, req_9",
    ]
    assert office.asked[0].query["id"] == wanted.strip()


def test_a_refusal_asked_no_upstream_and_cannot_steer_the_terminal(office: OfficeTwin) -> None:
    assert show(office, REFUSED, "r2") == [
        "request    r2",
        "at         2026-01-26 10:10:00 UTC",
        "key        k1",
        "asked for  �]0;mine�",
        "answered   402 after 1 ms, 0 attempts",
        "verdict    budget_limit",
        "cost       0.00 USD",
        "",
        "No upstream was asked.",
    ]


def test_what_is_not_known_is_not_made_up(office: OfficeTwin) -> None:
    assert show(office, UNKNOWN, "r3") == [
        "request    r3",
        "at         2026-01-26 10:11:00 UTC",
        "asked for  m",
        "answered   not yet",
        "",
        "1. a, model m: no answer",
        "   verdict  timeout",
        "   usage    unknown: sent, and then nothing that tells what was used; it is not charged to the caller in silence",
    ]


@pytest.mark.parametrize(("tokens", "shown"), [(42, "tokens     42"), ({"total": 0}, None), (None, None)])
def test_tokens_are_shown_in_whatever_detail_they_come(office: OfficeTwin, tokens: Any, shown: str | None) -> None:
    lines = show(office, REFUSED | {"tokens": tokens}, "r2")
    assert [line for line in lines if line.startswith("tokens")] == ([] if shown is None else [shown])


def test_an_id_of_several_requests_shows_them_all(office: OfficeTwin) -> None:
    office.tells["GET /api/requests"] = page(REFUSED, UNKNOWN)
    out = office.run("requests", "show", "shared").out
    assert [line for line in out.splitlines() if line.startswith("request ")] == ["request    r2", "request    r3"]
    assert "asked.\n\nrequest" in out
    assert len(office.asked) == 1


def test_an_unknown_id_is_a_failed_check(office: OfficeTwin) -> None:
    office.tells["GET /api/requests"] = page()
    ran = office.run("requests", "show", "r\x1b9")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "solvent: no request and no upstream's attempt has the id `r�9`; `solvent requests list` shows the latest\n"


def test_a_request_that_goes_while_it_is_looked_at_is_unknown(office: OfficeTwin) -> None:
    office.tells |= {"GET /api/requests": page(REFUSED), "GET /api/requests/r2": problem(404, "No request has the id `r2`.")}
    ran = office.run("requests", "show", "r2")
    assert (ran.code, ran.err) == (1, "solvent: No request has the id `r2`\n")


def test_no_id_at_all_is_wrong_usage(office: OfficeTwin) -> None:
    ran = office.run("requests", "show", " ")
    assert (ran.code, ran.err) == (2, "solvent: the id is empty; give a request id of solvent or of an upstream\n")


def test_the_latest_requests_are_listed_with_who_answered(office: OfficeTwin) -> None:
    office.tells["GET /api/requests"] = page(FAILED_OVER, REFUSED, next_="c2")
    assert office.run("requests", "list", "--limit", "2").out.splitlines() == [
        "ID  AT                       STATUS  MODEL              ACCOUNT  ATTEMPTS      COST    MS",
        "r1  2026-01-26 10:09:10 UTC     200  claude-sonnet-4-5  relay           2  0.000486  1350",
        "r2  2026-01-26 10:10:00 UTC     402  �]0;mine�          -               0      0.00     1",
        "",
        "There are more; --limit shows them.",
    ]
    assert office.asked[0].query == {"limit": "2"}


def test_without_requests_it_says_so(office: OfficeTwin) -> None:
    office.tells["GET /api/requests"] = page()
    assert office.run("requests", "list").out == "There are no requests yet.\n"
    assert office.asked[0].query == {"limit": "20"}
