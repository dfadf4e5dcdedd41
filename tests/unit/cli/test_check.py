from __future__ import annotations

from pathlib import Path

import pytest

from solvent.cli import main
from tests.unit.cli.conftest import Run

GOOD = """\
[[account]]
name = "main"
provider = "openai"
api_key = "env:TEST_KEY"

[[model]]
name = "gpt-*"
routes = [{ account = "main" }]
"""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setitem(main._COMMANDS, "check", "solvent.cli.check")
    monkeypatch.setenv("TEST_KEY", "sk-secret")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_config_without_problems_says_what_it_serves(run: Run, here: Path) -> None:
    (here / "solvent.toml").write_text(GOOD)
    ran = run("check", "--config", "solvent.toml")
    assert (ran.code, ran.out, ran.err) == (0, "solvent.toml: no problems; 1 account, 1 model\n", "")
    assert run("check") == ran


def test_every_problem_is_told_with_its_line_and_the_exit_code_is_one(run: Run, here: Path) -> None:
    (here / "c.toml").write_text(GOOD.replace("TEST_KEY", "NO_SUCH_KEY").replace('"main" }', '"mian" }'))
    ran = run("check", "--config", "c.toml")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "c.toml:4: `api_key` of account `main`: the environment variable `NO_SUCH_KEY` is not set or empty; export it before the start",
        "c.toml:8: route 1 of model `gpt-*`: `mian` is not an account; did you mean `main`?",
    ]
    assert ran.err == "c.toml: 2 problems; mend them and check again\n"


def test_a_warning_is_told_and_is_no_problem(run: Run, here: Path) -> None:
    (here / "c.toml").write_text(GOOD.replace("env:TEST_KEY", "sk-literal"))
    ran = run("check", "--config", "c.toml")
    assert ran.code == 0
    assert ran.out.splitlines()[0].startswith("c.toml:4: warning: `api_key` of account `main`: the key itself stands in this file")
    assert "sk-literal" not in ran.out + ran.err


def test_a_model_without_a_price_is_told_of(run: Run, here: Path) -> None:
    models = '[[model]]\nname = "{0}"\nroutes = [{{ account = "main", model = "{0}" }}]\n{1}\n'
    priced = models.format("mystery-2", 'price = { input = "1", output = "2" }')
    (here / "c.toml").write_text(GOOD + models.format("gpt-4o-mini", "") + models.format("mystery-1", "") + priced)
    ran = run("check", "--config", "c.toml")
    assert (ran.code, len(ran.out.splitlines())) == (0, 2)
    assert ran.out.startswith(
        "c.toml: warning: no price is known for `mystery-1` at account `main`, so keys with a balance or a budget cannot ask for `mystery-1`; "
    )


def test_what_is_not_toml_is_told_by_file(run: Run, here: Path) -> None:
    (here / "c.toml").write_text("[office\n")
    ran = run("check", "--config", "c.toml")
    assert ran.code == 1
    assert ran.out.startswith("c.toml:1: not TOML: ")
    assert ran.err == "c.toml: 1 problem; mend it and check again\n"


def test_a_config_that_is_not_there_is_wrong_usage(run: Run) -> None:
    ran = run("check", "--config", "none.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "none.toml" in ran.err
