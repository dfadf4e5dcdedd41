from __future__ import annotations

from solvent.adapters.wire import Reply
from tests.unit.cli.office_twin import OfficeTwin, office, problem

__all__ = ["office"]


def test_a_good_config_comes_into_force(office: OfficeTwin) -> None:
    office.tells["POST /api/reload"] = {"config": "solvent.toml"}
    ran = office.run("reload")
    assert (ran.code, ran.out) == (0, "The changed config is in force at every worker.\n")


def test_what_waits_for_a_restart_is_named(office: OfficeTwin) -> None:
    office.tells["POST /api/reload"] = {"reloaded": True, "after_restart": ["[gateway] listen"]}
    assert office.run("reload").out.splitlines()[1] == "`[gateway] listen` was changed, too, which counts only after a restart."


def test_a_bad_config_is_refused_with_all_its_mistakes(office: OfficeTwin) -> None:
    mistakes = ["line 2: `[office] listen` is no address; write HOST:PORT", "line 4: unknown key `speed`.\n"]
    office.tells["POST /api/reload"] = problem(422, "The old one stays in force.", mistakes=mistakes)
    ran = office.run("reload", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "solvent: the changed config is refused. The old one stays in force; "
        "line 2: `[office] listen` is no address; write HOST:PORT; line 4: unknown key `speed`; mend it and run `solvent reload` again\n"
    )


def test_a_reload_that_breaks_says_nothing_of_mistakes(office: OfficeTwin) -> None:
    office.tells["POST /api/reload"] = Reply(500, "application/problem+json", b'{"detail": "Incident abc."}')
    ran = office.run("reload")
    assert (ran.code, ran.err) == (3, "solvent: the office at `http://127.0.0.1:8401` failed (500): Incident abc; its log says more\n")
