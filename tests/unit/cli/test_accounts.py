from __future__ import annotations

from typing import Any

from tests.unit.cli.office_twin import OfficeTwin, office, page

__all__ = ["office"]


def test_accounts_are_listed_with_what_is_closed_and_why(office: OfficeTwin) -> None:
    main = {
        "name": "anthropic-main",
        "provider": "anthropic",
        "state": "exhausted",
        "closed": [
            {"scope": "account", "why": "credit_exhausted", "since": "2026-01-26T10:09:10Z", "until": None},
            {"scope": "model:a\x1b", "why": "overloaded", "since": "2026-01-26T10:09:10Z", "until": "2026-01-26T10:10:10Z"},
        ],
        "balance_usd": "0.000000001",
        "balance_source": "shadow",
        "spent_usd": "24.999999999",
        "requests": 12,
        "errors": 3,
        "runway": {"p10_hours": 0.25, "p50_hours": 1.04, "p90_hours": 7},
    }
    spare: dict[str, Any] = {
        "name": "中转",
        "provider": "new-api",
        "state": "ready",
        "closed": [],
        "balance_usd": None,
        "balance_source": "none",
    }
    office.tells["GET /api/accounts"] = page(main, spare | {"spent_usd": "0.00", "requests": 0, "errors": 0, "runway": None})
    assert office.run("accounts", "list").out.splitlines() == [
        "ACCOUNT         PROVIDER   STATE          BALANCE  KNOWN BY         SPENT  REQUESTS  ERRORS  RUNWAY",
        "anthropic-main  anthropic  exhausted  0.000000001  shadow    24.999999999        12       3  1.0 h (0.2 to 7)",
        "中转            new-api    ready                -  -                 0.00         0       0  -",
        "",
        "Closed:",
        "  anthropic-main, account: credit_exhausted since 2026-01-26 10:09:10 UTC, until somebody acts",
        "  anthropic-main, model:a�: overloaded since 2026-01-26 10:09:10 UTC, until 2026-01-26 10:10:10 UTC",
    ]


def test_a_runway_that_is_known_in_part_says_so(office: OfficeTwin) -> None:
    office.tells["GET /api/accounts"] = page({"name": "a", "runway": {"p50_hours": 3}})
    assert office.run("accounts", "list").out.splitlines()[1] == "a        3 h (? to ?)"


def test_without_accounts_the_next_step_is_told(office: OfficeTwin) -> None:
    office.tells["GET /api/accounts"] = page()
    assert office.run("accounts", "list").out == "There are no accounts yet; add an [[account]] to the config and run `solvent reload`.\n"
