from __future__ import annotations

import pytest

from tests.unit.cli.office_twin import OfficeTwin, office, problem

__all__ = ["office"]


@pytest.mark.parametrize(
    ("options", "lasts"), [([], "60s"), (["--for", "5m"], "5m"), (["--for", " 500ms "], "500ms"), (["--for", "1h"], "1h")]
)
def test_an_account_is_played_dry_for_a_while(office: OfficeTwin, options: list[str], lasts: str) -> None:
    office.tells["POST /api/drills"] = {}
    ran = office.run("drill", "exhaust", " main ", *options)
    assert (ran.code, ran.out) == (
        0,
        f"Account `main` counts as dry for {lasts}; `solvent requests list` shows who answers instead.\n",
    )
    assert office.asked[0].body == {"account": "main", "for": lasts}


@pytest.mark.parametrize("lasts", ["60", "0s", "-5s", "1.5h", "1w", "s", "soon"])
def test_what_is_no_duration_is_refused(office: OfficeTwin, lasts: str) -> None:
    ran = office.run("drill", "exhaust", "main", f"--for={lasts}")
    assert (ran.code, office.asked) == (2, [])
    assert ran.err == f"solvent: `--for {lasts}` is not a duration; write a whole number with s, m, h or d, such as 60s\n"


def test_an_unknown_account_is_a_failed_check(office: OfficeTwin) -> None:
    office.tells["POST /api/drills"] = problem(404, "No account is called `mian`.")
    ran = office.run("drill", "exhaust", "mian")
    assert (ran.code, ran.err) == (1, "solvent: No account is called `mian`; `solvent accounts list` shows the accounts\n")
