"""The samples that reports hand out, run as they are against simulated providers that fail in the way they are for."""

from __future__ import annotations

import ast
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from solvent.catalogue import load
from solvent.model.failure import MONEY
from tests.gemini import standing_in
from tests.program import environment
from tests.test_sandbox_program import running

CODE = Path(load.__file__).parent / "code"
ENDINGS = {"python": "py", "javascript": "mjs", "curl": "sh"}
PROGRAMS = {"python": sys.executable, "javascript": "node", "curl": "sh"}
MANNERS = {"openai_chat": "openai", "anthropic_messages": "anthropic", "gemini_generate": "google"}
MODELS = {"openai_chat": "gpt-4o-mini", "anthropic_messages": "claude-haiku-4-5", "gemini_generate": "gemini-3"}
VARIABLES = {
    "openai_chat": ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
    "anthropic_messages": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    "gemini_generate": ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"),
}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where each API is spoken: the sandbox knows two of them."""
    with running(tmp_path_factory.mktemp("sandbox")) as (sandbox, _), standing_in() as google:
        yield {"openai_chat": sandbox, "anthropic_messages": sandbox, "gemini_generate": google}


def runs(language: str) -> bool:
    return shutil.which({"curl": "curl", "javascript": "node"}.get(language, sys.executable)) is not None


@pytest.fixture(params=load.CODE_LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    if not runs(request.param):
        pytest.skip(f"nothing on the PATH runs {request.param}")
    return str(request.param)


@dataclass(frozen=True)
class Reader:
    """Somebody who copies samples into a folder of their own and runs them there."""

    address: str
    folder: Path
    language: str
    dialect: str

    def run(
        self, sample: str, account: str, usd: str = "1.00", fallback: str | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        where, key = VARIABLES[self.dialect]
        given = {where: self.base(), key: self.key(account, usd), "MODEL": MODELS[self.dialect]}
        if fallback is not None:
            given |= {
                "FALLBACK_BASE_URL": self.base(),
                "FALLBACK_API_KEY": self.key(fallback, "1.00"),
                "FALLBACK_MODEL": MODELS[self.dialect],
            }
        program = str(CODE / self.dialect / f"{sample}.{ENDINGS[self.language]}")
        return subprocess.run(
            [PROGRAMS[self.language], program],
            cwd=self.folder,
            env=environment(self.folder) | {"NO_PROXY": "127.0.0.1"} | given | more,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def base(self) -> str:
        return self.address + ("/v1" if self.dialect == "openai_chat" else "")

    def key(self, account: str, usd: str) -> str:
        return f"sk-sandbox-{account}-{usd}"

    def account(self, kind: str) -> str:
        """The name of an account that only this reader has."""
        return f"{MANNERS[self.dialect]}-{kind}-{self.language}"

    def opened(self, kind: str, usd: str = "1.00", **faults: list[str]) -> str:
        account = self.account(kind)
        self.control("POST", "", {"key": self.key(account, usd)})
        if faults:
            self.control("POST", f"/{account}/faults", faults)
        return account

    def control(self, method: str, below: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        with httpx2.Client(trust_env=False, timeout=30) as http:
            reply = http.request(method, f"{self.address}/_sandbox/accounts{below}", json=given)
        assert reply.is_success, reply.text
        told: dict[str, Any] = reply.json()
        return told

    def calls(self, account: str) -> list[int | None]:
        """The statuses with which the calls of an account were answered."""
        return [call["status"] for call in self.control("GET", f"/{account}/calls")["items"]]


@pytest.fixture(params=load.CODE_DIALECTS)
def copier(request: pytest.FixtureRequest, addresses: dict[str, str], tmp_path: Path, language: str) -> Reader:
    return Reader(addresses[request.param], tmp_path, language, request.param)


@pytest.fixture
def copiers(addresses: dict[str, str], tmp_path: Path) -> list[Reader]:
    """One reader of each API in each language that this machine can run."""
    made = [
        Reader(addresses[dialect], tmp_path / language / dialect, language, dialect)
        for language in load.CODE_LANGUAGES
        for dialect in load.CODE_DIALECTS
        if runs(language)
    ]
    for reader in made:
        reader.folder.mkdir(parents=True)
    return made


def together(readers: list[Reader], sample: str, accounts: list[str]) -> list[tuple[Reader, str, subprocess.CompletedProcess[str]]]:
    """All of them at once, because the samples pause."""
    with ThreadPoolExecutor(len(readers)) as pool:
        done = list(pool.map(lambda reader, account: reader.run(sample, account), readers, accounts))
    return list(zip(readers, accounts, done, strict=True))


def test_money_is_asked_for_once_then_another_account_then_an_earlier_answer(copier: Reader) -> None:
    dry, other = copier.opened("dry", "0"), copier.opened("other")
    done = copier.run("money", dry, "0", other)
    assert (len(copier.calls(dry)), copier.calls(other)) == (1, [200])
    assert done.returncode == 0, done.stderr
    assert "No money at" in done.stderr
    answer = done.stdout
    assert answer.strip()

    copier.control("PUT", f"/{other}", {"balance_usd": "0"})
    again = copier.run("money", dry, "0", other)
    assert (len(copier.calls(dry)), len(copier.calls(other))) == (2, 2)
    assert again.returncode == 0, again.stderr
    assert "earlier answer" in again.stderr
    assert again.stdout == answer


def test_without_money_and_without_an_earlier_answer_the_sample_says_so(copier: Reader) -> None:
    dry = copier.opened("broke", "0")
    done = copier.run("money", dry, "0")
    assert len(copier.calls(dry)) == 1
    assert done.returncode != 0
    assert "No account has money" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("copier", ["openai_chat", "anthropic_messages"], indirect=True)
def test_a_relay_without_money_is_known_by_its_words_behind_a_500(copier: Reader) -> None:
    vendor = MANNERS[copier.dialect]
    relay = f"new-api-club-{copier.language}-{vendor}"
    key = f"5.00+{vendor}-0"
    copier.control("POST", "", {"key": copier.key(relay, key)})
    other = copier.opened("behind")
    done = copier.run("money", relay, key, other)
    assert len(copier.calls(relay)) == 1
    assert copier.calls(other) == [200]
    assert done.returncode == 0, done.stderr


def test_another_error_is_no_reason_to_spend_at_the_second_account(copier: Reader) -> None:
    first, other = copier.opened("first"), copier.opened("unasked")
    done = copier.run("money", first, "1.00", other, MODEL="no-such-model")
    assert copier.calls(first) == [404]
    assert copier.calls(other) == []
    assert done.returncode != 0


def test_a_limit_is_waited_for_as_the_server_asks(copiers: list[Reader]) -> None:
    accounts = [copier.opened("limited", faults=["rate-limit=1*1"]) for copier in copiers]
    for copier, account, done in together(copiers, "wait", accounts):
        assert copier.calls(account) == [429, 200], (account, done.stderr)
        assert done.returncode == 0, (account, done.stderr)
        assert done.stdout.strip(), account


def test_a_wait_longer_than_a_minute_is_left_to_the_reader(copier: Reader) -> None:
    limited = copier.opened("patient", faults=["rate-limit=600*1"])
    assert copier.run("wait", limited).returncode != 0
    assert copier.calls(limited) == [429]


def test_money_is_not_waited_for(copier: Reader) -> None:
    dry = copier.opened("unwaited", "0")
    assert copier.run("wait", dry, "0").returncode != 0
    assert len(copier.calls(dry)) == 1


def test_a_wrong_request_is_sent_once_and_its_fault_shown(copier: Reader) -> None:
    account = copier.opened("wrong")
    done = copier.run("fix", account, MODEL="no-such-model")
    assert copier.calls(account) == [404]
    assert done.returncode != 0
    assert re.search(r"message.*no-such-model", done.stderr)
    assert re.search(r"status: +404", done.stderr)
    assert "Say hello." not in done.stderr


def test_an_answer_cut_off_is_asked_for_once_more(copiers: list[Reader]) -> None:
    accounts = [copier.opened("cut", faults=["garbage*1"]) for copier in copiers]
    for copier, account, done in together(copiers, "wake", accounts):
        assert len(copier.calls(account)) == 2, (account, done.stderr)
        assert done.returncode == 0, (account, done.stderr)
        assert done.stdout.strip(), account


def test_an_answer_that_is_always_cut_off_is_not_paid_for_a_third_time(copiers: list[Reader]) -> None:
    accounts = [copier.opened("gone", faults=["garbage"]) for copier in copiers]
    for copier, account, done in together(copiers, "wake", accounts):
        assert len(copier.calls(account)) == 2, (account, done.stderr)
        assert done.returncode != 0, account


def test_nobody_there_is_tried_three_times(copiers: list[Reader]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else takes it, and a call is refused
        there = f"http://127.0.0.1:{taken.getsockname()[1]}"
        strangers = [replace(copier, address=there) for copier in copiers]
        for copier, _, done in together(strangers, "wake", ["nobody"] * len(strangers)):
            assert done.returncode != 0, copier
            assert "gave up after 3 calls" in done.stderr or "call 3: could not connect" in done.stderr, (copier, done.stderr)


def test_the_sample_for_wrong_requests_answers_where_nothing_is_wrong(copier: Reader) -> None:
    account = copier.opened("well")
    done = copier.run("fix", account)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert copier.calls(account) == [200]


def no_money() -> str:
    tree = ast.parse((CODE / "openai_chat" / "money.py").read_text(encoding="utf-8"))
    (made,) = (node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NO_MONEY")
    assert isinstance(made, ast.Call)
    return str(ast.literal_eval(made.args[0]))


# Google also says this of a limit that ends by itself.
AMBIGUOUS_AT_GOOGLE = "exceeded your current quota"


def test_every_sample_knows_an_empty_account_by_the_same_words() -> None:
    parts = no_money().split("|")
    for path in CODE.glob("*/money.*"):
        text = path.read_text(encoding="utf-8")
        missing = [part for part in parts if part not in text]
        assert missing == ([AMBIGUOUS_AT_GOOGLE] if path.parent.name == "gemini_generate" else []), path


def test_the_words_know_most_empty_accounts_and_hardly_anything_else() -> None:
    words, known = re.compile(no_money(), re.IGNORECASE), load.packaged()
    said = [(rule.category in MONEY, bool(words.search(example.text))) for rule in known.rules.values() for example in rule.examples]
    money, other = [hit for about, hit in said if about], [hit for about, hit in said if not about]
    assert sum(money) >= 0.75 * len(money)
    assert sum(other) <= 0.04 * len(other)
