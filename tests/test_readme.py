"""The README does what it says: its commands and programs run against the demo, its settings are read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from solvent import settings
from tests.conftest import ROOT
from tests.gateway import Program
from tests.program import PROGRAM, START_S, environment

BLOCKS = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
# These install, start programs that do not end, set what the tests set themselves, or need a program that is not here.
NOT_RUN = ("make ", "export ", "KEY=", ".venv/bin/solvent serve", "ANTHROPIC_BASE_URL=")
MODEL = "claude-sonnet-4-6"


def blocks(kind: str) -> list[str]:
    return [textwrap.dedent(text) for _, found, text in BLOCKS if found == kind]


def commands() -> list[str]:
    """What stands behind each prompt, with the lines that continue it, without the remark behind it."""
    lines = "\n".join(blocks("console")).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s{3,}# .*$", "", line.strip()[2:]) for line in lines if line.strip().startswith("$ ")]


@dataclass(frozen=True)
class Demo:
    """The demo as somebody started it in an empty folder, with its key for callers."""

    folder: Path
    gateway: str
    office: str
    key: str

    def here(self, text: str) -> str:
        """A text of the README with what is different here: addresses, the key, and where the program is."""
        for words, instead in (
            ("http://127.0.0.1:8400", self.gateway),
            ("http://127.0.0.1:8401", self.office),
            ("sk-slv-...", self.key),
            (".venv/bin/solvent", PROGRAM),
        ):
            text = text.replace(words, instead)
        return text

    def run(self, *command: str, **more: str) -> str:
        """What a command prints that does its work without a complaint."""
        # A proxy of the environment must not stand between the test and its own machine.
        env = environment(self.folder) | {"KEY": self.key, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | more
        ran = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=START_S, check=False)
        assert (ran.returncode, ran.stderr) == (0, ""), ran
        return ran.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("readme")
    program = Program(folder, ("demo",), "Ctrl-C", "demo")
    try:
        said = program.start()
        found = [re.search(rf"^  {word} +(\S+?)/?(?: .*)?$", said, re.MULTILINE) for word in ("gateway", "console", "key")]
        assert None not in found, said
        yield Demo(folder, *(one[1] for one in found if one is not None))
        assert program.complaints() == ""
    finally:
        program.end()


def answered(said: str) -> bool:
    return "of the Solvent sandbox" in str(json.loads(said)["choices"][0]["message"]["content"])


def told(said: str) -> bool:
    return "of the Solvent sandbox" in str(json.loads(said)["content"][0]["text"])


# What a command's words say of what it must print; the first that fits counts.
CHECKS: dict[str, Callable[[str], bool]] = {
    "/v1/chat/completions": answered,
    "/v1/messages": told,
    "/v1/models": lambda said: {"gpt-4o-mini", MODEL} <= {item["id"] for item in json.loads(said)["data"]},
    "/api/explain": lambda said: json.loads(said)["category"] == "credit_exhausted",
    "> error.log": lambda said: said == "",
    "--lang zh": lambda said: "Python" in said or "python" in said,
    "--format json": lambda said: json.loads(said)["category"] == "rate_limited",
    "| .venv/bin/solvent explain": lambda said: "402" in said,
    "keys create": lambda said: "sk-slv-" in said,
    "requests list": lambda said: MODEL in said,
    "accounts list": lambda said: "anthropic-main" in said and "exhausted" in said,
    "topup": lambda said: "anthropic-main" in said and "25.00" in said,
    "drill exhaust": lambda said: "anthropic-main" in said,
    "solvent audit": lambda said: said == "books balance\n",
}


@pytest.mark.parametrize("command", [command for command in commands() if not command.startswith(NOT_RUN)])
def test_a_command_does_what_it_stands_there_for(demo: Demo, command: str) -> None:
    if command.startswith("curl") and shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    if "< error.log" in command or "explain error.log" in command:
        (demo.folder / "error.log").write_text("Error code: 429 - rate limit reached\n")
    check = next(check for words, check in CHECKS.items() if words in command)
    said = demo.run("sh", "-c", demo.here(command))
    assert check(said), said


def test_the_commands_are_there_and_each_curl_is_among_them() -> None:
    found = commands()
    assert len(found) > 15
    assert sum(command.startswith("curl") for command in found) == (ROOT / "README.md").read_text(encoding="utf-8").count("curl -s ")
    assert not [word for word in NOT_RUN if not any(command.startswith(word) for command in found)]


@pytest.mark.parametrize(
    ("program", "said"),
    list(
        zip(
            blocks("python"),
            ("Whose wallet: ", "of the Solvent sandbox", "of the Solvent sandbox", "Who acts: you\nRetry: no"),
            strict=True,
        )
    ),
    ids=["explain", "openai", "anthropic", "explain-openai"],
)
def test_a_program_prints_what_it_is_there_for(demo: Demo, program: str, said: str) -> None:
    assert said in demo.run(sys.executable, "-c", demo.here(program))


def test_a_program_asks_the_desk_that_runs(demo: Demo) -> None:
    asked = 'explain("402 Insufficient Balance", url="http://127.0.0.1:8401", file=True)'
    said = demo.run(
        sys.executable, "-c", demo.here(f"from solvent.client import explain\nanswer = {asked}\nprint(answer.page, answer.wallet)")
    )
    page, wallet = said.split()
    assert page.startswith(f"{demo.office}/e/")
    assert wallet == "own_provider_account"


def test_the_environment_for_claude_code_leads_anthropics_sdk_here(demo: Demo) -> None:
    (command,) = [command for command in commands() if command.startswith("ANTHROPIC_BASE_URL=")]
    *named, program = demo.here(command).split()
    assert program == "claude"
    ask = f"messages.create(model={MODEL!r}, max_tokens=90, messages=[{{'role': 'user', 'content': 'hello'}}])"
    # Its client of the API is this SDK's sister and reads the same variables.
    said = demo.run(
        sys.executable,
        "-c",
        f"import anthropic; print(anthropic.Anthropic().{ask}.content[0].text)",
        **dict(one.split("=", 1) for one in named),
    )
    assert "of the Solvent sandbox" in said


def test_the_settings_are_read_without_a_mistake_or_a_warning() -> None:
    texts = blocks("toml")
    served, rest, asked = texts
    for text in (served, rest, f"{rest}\n{served}", f"{asked}\n{served}"):
        found = settings.parse(text, "README.md", {"ANTHROPIC_API_KEY": "sk-ant-x"}, lambda _: "sk-relay")
        assert found.warnings == ()
    assert [model.name for model in found.routebook.models] == [MODEL]
    assert list(found.routebook.accounts) == ["anthropic-main", "relay"]
    assert found.desk_model == settings.Assistance(MODEL)
