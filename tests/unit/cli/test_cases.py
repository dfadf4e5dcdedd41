from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.office_twin import OfficeTwin, office, page, problem

__all__ = ["office"]

CASE: dict[str, Any] = {
    "id": "c1",
    "title": "余额耗尽：请充值",
    "state": "answered",
    "category": "credit_exhausted",
    "wallet": "relay_upstream",
    "provider": "anthropic",
    "count": 12,
    "first_at": "2026-01-26T10:09:10Z",
    "last_at": "2026-01-27T10:09:10Z",
}
REPORT = {"cause": "The credit is used up.", "who_acts": "The operator.", "solution": ["Top up.", "Try\x1b again."], "prevention": []}


def test_cases_are_listed_with_their_title_last(office: OfficeTwin) -> None:
    office.tells["GET /api/cases"] = page(CASE, CASE | {"id": "c22", "count": 1, "title": "Bad\nkey", "wallet": "none"}, next_="more")
    assert office.run("cases", "list", "--limit", "2").out.splitlines() == [
        "ID   STATE     COUNT  LAST                     CATEGORY          WALLET          PROVIDER   TITLE",
        "c1   answered     12  2026-01-27 10:09:10 UTC  credit_exhausted  relay_upstream  anthropic  余额耗尽：请充值",
        "c22  answered      1  2026-01-27 10:09:10 UTC  credit_exhausted  -               anthropic  Bad key",
        "",
        "There are more; --limit shows them.",
    ]


def test_the_list_goes_no_further_than_its_limit(office: OfficeTwin) -> None:
    office.tells["GET /api/cases"] = page(CASE, CASE, next_="more")
    out = office.run("cases", "list", "--limit", "1").out.splitlines()
    assert [line for line in out if line.startswith("c1")] == [out[1]]
    assert out[-1] == "There are more; --limit shows them."


def test_without_cases_it_says_so(office: OfficeTwin) -> None:
    office.tells["GET /api/cases"] = page()
    assert office.run("cases", "list").out == "There are no cases yet.\n"


@pytest.mark.parametrize("more", [{"report": REPORT}, {"verdict": CASE | {"report": REPORT}}], ids=["beside", "in a verdict"])
def test_a_case_is_shown_with_what_to_do(office: OfficeTwin, more: dict[str, Any]) -> None:
    office.tells["GET /api/cases/c1"] = CASE | more
    assert office.run("cases", "show", "c1").out.splitlines() == [
        "余额耗尽：请充值",
        "",
        "case      c1",
        "state     answered",
        "category  credit_exhausted",
        "wallet    relay_upstream (the relay operator's account upstream, not yours)",
        "provider  anthropic",
        "count     12",
        "first     2026-01-26 10:09:10 UTC",
        "last      2026-01-27 10:09:10 UTC",
        "",
        "Why",
        "  The credit is used up.",
        "",
        "Who acts",
        "  The operator.",
        "",
        "What to do",
        "  1. Top up.",
        "  2. Try� again.",
    ]


def test_a_case_without_a_report_is_its_facts(office: OfficeTwin) -> None:
    office.tells["GET /api/cases/c1"] = CASE
    assert office.run("cases", "show", "c1").out.splitlines()[-1] == "last      2026-01-27 10:09:10 UTC"


def test_an_unknown_case_is_a_failed_check(office: OfficeTwin) -> None:
    office.tells["GET /api/cases/c9"] = problem(404, "No case has the id `c9`.")
    ran = office.run("cases", "show", "c9")
    assert (ran.code, ran.err) == (1, "solvent: No case has the id `c9`; `solvent cases list` shows the ids\n")


def test_a_rule_is_drafted_as_a_file_with_its_place_above(office: OfficeTwin) -> None:
    toml = "category = \"FILL_IN\"\n\n[[match]]\ntext = ['a\\s+b']\n"
    office.tells["GET /api/cases/c1/draft"] = {"case_id": "c1", "file": "src/errors/generic/FILL_IN.toml", "toml": toml}
    out = office.run("cases", "draft", "c1").out
    assert out == f"# src/errors/generic/FILL_IN.toml\n{toml}"


def test_no_draft_of_a_case_that_is_not_there(office: OfficeTwin) -> None:
    office.tells["GET /api/cases/zz/draft"] = problem(404, "there is no case `zz`")
    assert "`solvent cases list` shows the ids" in office.run("cases", "draft", "zz").err


def test_a_case_tells_of_its_outbreak_and_its_readers(office: OfficeTwin) -> None:
    told = {"outbreak": {"since": "2026-05-07", "this_week": 14}, "feedback": {"helped": 0, "not_helped": 2, "corrected": 1}}
    office.tells["GET /api/cases/c1"] = CASE | told
    out = office.run("cases", "show", "c1").out
    assert "outbreak  since 2026-05-07, 14 times in the last 7 days" in out
    assert "readers   not_helped 2, corrected 1" in out
