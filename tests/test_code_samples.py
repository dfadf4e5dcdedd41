"""The samples that reports hand out, run as they are against a server that fails in the way they are for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from solvent.catalogue import load
from solvent.diagnosis import engine

CODE = Path(load.__file__).parent / "code"
NO_MONEY = {
    "error": {"type": "<nil>", "message": "Your credit balance is too low to access the Anthropic API. (request id: 1)"},
    "type": "error",
}
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
}


class Failing(ThreadingHTTPServer):
    """Answers each call with the next of `answers`, the last one for ever; counts the calls."""

    daemon_threads = True

    def __init__(self, *answers: tuple[int, dict[str, Any], dict[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.calls = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Failing

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        status, body, headers = self.server.answers[min(self.server.calls, len(self.server.answers) - 1)]
        self.server.calls += 1
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=["py", "sh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sh" and shutil.which("curl") is None:
        pytest.skip("no curl on the PATH")
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell sample keeps its earlier answer in the folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def run(sample: str, language: str, first: Failing, second: Failing | None = None) -> subprocess.CompletedProcess[str]:
    program = [sys.executable] if language == "py" else ["sh"]
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": os.environ["TMPDIR"],
        "OPENAI_BASE_URL": first.url,
        "OPENAI_API_KEY": "made-up",
        "MODEL": "m",
        "NO_PROXY": "127.0.0.1",
    }
    if second is not None:
        environment |= {"FALLBACK_BASE_URL": second.url, "FALLBACK_API_KEY": "made-up", "FALLBACK_MODEL": "m"}
    return subprocess.run(
        [*program, str(CODE / f"{sample}.{language}")], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_an_empty_account_is_asked_once_and_the_second_answers(language: str) -> None:
    first, second = Failing((500, NO_MONEY, {})), Failing((200, ANSWER, {}))
    done = run("money", language, first, second)
    assert (first.calls, second.calls) == (1, 1)
    assert "Hello." in done.stdout
    assert done.returncode == 0


def test_two_empty_accounts_are_said_to_be_empty(language: str) -> None:
    first, second = Failing((500, NO_MONEY, {})), Failing((402, NO_MONEY, {}))
    done = run("money", language, first, second)
    assert (first.calls, second.calls) == (1, 1)
    assert done.returncode != 0
    assert "money" in done.stderr.lower()


def test_a_limit_is_waited_for_as_long_as_the_server_asks(language: str) -> None:
    limited = Failing((429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, {"retry-after": "1"}), (200, ANSWER, {}))
    done = run("wait", language, limited)
    assert limited.calls == 2
    assert "Hello." in done.stdout


def test_money_is_not_waited_for(language: str) -> None:
    broke = Failing((429, {"error": {"message": "no quota", "code": "insufficient_quota", "type": "insufficient_quota"}}, {}))
    assert run("wait", language, broke).returncode != 0
    assert broke.calls == 1


def test_a_wrong_request_is_sent_once_and_its_fault_shown(language: str) -> None:
    wrong = Failing((400, {"error": {"message": "Unsupported parameter: 'n'", "param": "n", "code": "unsupported_parameter"}}, {}))
    done = run("fix", language, wrong)
    assert wrong.calls == 1
    assert "Unsupported parameter" in done.stdout + done.stderr


def test_a_sample_for_every_handling_in_every_language() -> None:
    known = engine.packaged().catalogue
    handlings = {entry.handling for entries in known.advice.values() for entry in entries} - {"none"}
    assert {(handling, language) for handling in handlings for language in load.CODE_LANGUAGES} == set(known.code)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on the PATH")
@pytest.mark.parametrize("sample", ["fix", "money", "wait", "wake"])
def test_the_samples_for_node_are_programs(sample: str) -> None:
    done = subprocess.run(["node", "--check", str(CODE / f"{sample}.mjs")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
