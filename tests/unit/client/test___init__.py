from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from solvent.client import TooLargeError, UsageError, explain, remote

KEY = "sk-proj-" + "Ab1" * 12
REFUSED = f"401 Incorrect API key provided: {KEY}. You can find your API key at https://platform.openai.com/account/api-keys."


def test_a_text_is_judged_here_without_its_secrets() -> None:
    answer = explain(REFUSED)
    assert answer.category == "auth_invalid"
    assert answer.redacted == {"key": 1}
    assert KEY not in answer.text
    assert KEY not in str(answer)
    assert (answer.id, answer.page, answer.desk_url) == (None, None, None)


def test_an_exception_is_judged_as_its_text_is() -> None:
    class AuthenticationError(Exception):
        pass

    AuthenticationError.__module__, AuthenticationError.__qualname__ = "openai", "AuthenticationError"
    answer = explain(AuthenticationError(REFUSED), lang="zh")
    assert (answer.category, answer.report.lang) == ("auth_invalid", "zh")
    assert answer.via == ("openai-python",)
    assert KEY not in answer.text


def test_a_desk_gets_a_text_without_secrets_even_those_that_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[Any, ...]] = []

    def ask(*what: Any) -> dict[str, Any]:
        sent.append(what)
        return explain("401 Incorrect API key provided").as_json() | {"id": "abc", "url": "/e/abc"}

    monkeypatch.setattr(remote, "ask", ask)
    hidden = json.dumps({"error": {"message": "line\nauthorization: Bearer " + "".join(f"\\u{ord(char):04x}" for char in KEY)}}).replace(
        "\\\\u", "\\u"
    )
    answer = explain(f"{REFUSED}\n{hidden}", url="http://127.0.0.1:8401/", token="t0ken", file=True, timeout_s=3)
    ((url, wish, token, timeout_s),) = sent
    assert (url, token, timeout_s) == ("http://127.0.0.1:8401/", "t0ken", 3)
    assert (wish["lang"], wish["file"]) == ("en", True)
    assert KEY not in wish["raw"]
    assert "\\u0073\\u006b" not in wish["raw"]
    assert answer.page == "http://127.0.0.1:8401/e/abc"
    assert sum(answer.redacted.values()) >= 2


@pytest.mark.parametrize(
    ("what", "more", "words"),
    [
        ("", {}, "empty"),
        (b"bytes", {}, "not bytes"),
        (None, {}, "not NoneType"),
        ("x", {"lang": "fr"}, "`lang` must be one of en, zh"),
        ("x", {"file": True}, "give its address as `url`"),
        ("x", {"token": "t"}, "give its address as `url`"),
        ("\x00\x01" * 90, {}, "not text"),
    ],
)
def test_what_cannot_be_used_is_said(what: Any, more: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        explain(what, **more)


def test_a_text_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooLargeError):
        explain("x" * 300_000)


def test_no_library_of_a_vendor_and_no_web_server_is_imported() -> None:
    program = "import solvent.client, sys; solvent.client.explain(ValueError('402 Insufficient Balance')); print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    imported = {name.partition(".")[0] for name in ran.stdout.split()}
    assert imported.isdisjoint(
        {"openai", "anthropic", "httpx", "httpx2", "requests", "google", "litellm", "starlette", "uvicorn", "click", "jinja2"}
    )
