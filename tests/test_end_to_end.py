"""The real program in its own process, spoken to as people and scripts do."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.program import PROGRAM, START_S, Office, environment, running

PASTE = (
    '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing'
    ' to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)
SECRET = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running(tmp_path_factory.mktemp("demo"), "demo") as started:
        yield started


@pytest.fixture
def client(office: Office) -> Iterator[httpx2.Client]:
    with office.client() as opened:
        yield opened


def solvent(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, env=environment(folder), input=stdin, capture_output=True, timeout=START_S, check=False
    )


def file_paste(client: httpx2.Client, raw: str, lang: str = "en") -> str:
    """The path of the page that a paste got."""
    answer = client.post("/e", data={"raw": raw, "lang": lang})
    assert answer.status_code == 303, answer.text[:500]
    path = httpx2.URL(answer.headers["location"]).path
    assert re.fullmatch(r"/e/[0-9a-z]{20}", path), path
    return path


def everything_on_disk(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


def test_the_desk_answers_at_once_without_redirect_cookie_or_sign_in(client: httpx2.Client) -> None:
    answer = client.get("/e")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "set-cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize(("lang", "word"), [("en", "What to do"), ("zh", "解决方案")])
def test_a_paste_gets_a_page_of_its_own_in_the_language_asked_for(client: httpx2.Client, lang: str, word: str) -> None:
    page = client.get(file_paste(client, PASTE, lang), params={"lang": lang})
    assert page.status_code == 200
    assert word in page.text
    assert "Your credit balance is too low" in page.text
    assert "set-cookie" not in page.headers


def test_the_page_is_also_markdown_and_json(client: httpx2.Client) -> None:
    path = file_paste(client, PASTE)
    markdown, verdict = client.get(f"{path}.md"), client.get(f"{path}.json")
    assert (markdown.status_code, verdict.status_code) == (200, 200)
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert markdown.text.lstrip().startswith("# ")
    assert re.match(r"application/(?:problem\+)?json", verdict.headers["content-type"])
    accepted = client.get(path, headers={"accept": "application/json"})
    assert accepted.json() == verdict.json()


def told(verdict: dict[str, object]) -> dict[str, object]:
    return {
        key: verdict[key] for key in ("category", "wallet", "provider", "via", "retryable", "http_status", "http_status_should_be", "rule")
    }


ACCEPTED = {
    "category": "credit_exhausted",
    "wallet": "relay_upstream",
    "provider": "anthropic",
    "via": ["new-api"],
    "retryable": False,
    "http_status": 500,
    "http_status_should_be": 402,
    "rule": "anthropic/credit-balance-too-low",
}


def test_the_acceptance_paste_is_judged_alike_everywhere(client: httpx2.Client, tmp_path: Path) -> None:
    page = client.get(f"{file_paste(client, PASTE)}.json").json()
    api = client.post("/api/explain", json={"raw": PASTE, "lang": "en"})
    command = solvent(tmp_path, "explain", "--format", "json", stdin=PASTE.encode())
    assert api.status_code == 200
    assert (command.returncode, command.stderr) == (0, b"")
    assert told(page) == told(api.json()) == told(json.loads(command.stdout)) == ACCEPTED
    (request_id,) = api.json()["request_ids"]
    assert request_id == {
        "id": "20260126100910722614337HsQybcmN",
        "issuer": "new-api",
        "times": ["2026-01-26T10:09:10Z", "2026-01-26T02:09:10Z"],
    }


def test_the_rule_that_decided_has_its_page(client: httpx2.Client) -> None:
    address = client.post("/api/explain", json={"raw": PASTE}).json()["doc_url"]
    assert address == "/e/rules/anthropic/credit-balance-too-low"
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_another_sites_form_is_refused(client: httpx2.Client, headers: dict[str, str]) -> None:
    before = client.get("/e/cases", headers={"accept": "application/json"}).text
    answer = client.post("/e", data={"raw": "HTTP 402 from another site", "lang": "en"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/e/cases", headers={"accept": "application/json"}).text == before


def test_a_browsers_form_must_bring_the_pages_token(client: httpx2.Client, office: Office) -> None:
    browser = {"origin": office.address, "sec-fetch-site": "same-origin"}
    assert client.post("/e", data={"raw": PASTE, "lang": "en"}, headers=browser).status_code == 403
    found = re.search(r'name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"', client.get("/e").text)
    assert found is not None
    token = found.group(1) or found.group(2)
    assert client.post("/e", data={"raw": PASTE, "lang": "en", "csrf": token}, headers=browser).status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8401"])
def test_another_name_is_not_answered_to(client: httpx2.Client, host: str) -> None:
    assert client.get("/e", headers={"host": host}).status_code == 421


def test_a_body_without_a_length_is_stopped_when_it_grows_too_large(client: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b"raw="
        for _ in range(64):
            yield b"x" * 65_536

    answer = client.post("/e", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413


def test_a_secret_is_neither_shown_nor_kept_anywhere(client: httpx2.Client, office: Office) -> None:
    path = file_paste(client, f"HTTP 401: Incorrect API key provided: {SECRET}. Second line for marmalade.")
    shown = [client.get(f"{path}{suffix}").text for suffix in ("", ".md", ".json")]
    shown += [client.get(page).text for page in ("/e", "/e/cases", "/e/pastes")]
    assert [text for text in shown if SECRET in text or SECRET[8:40] in text] == []
    stored = everything_on_disk(office.data)
    # The paste itself is there, so this looks at the right files.
    assert b"marmalade" in stored
    assert SECRET.encode() not in stored
    assert SECRET[8:40].encode() not in stored


def test_the_data_directory_is_its_owners_alone(office: Office) -> None:
    assert office.data.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in office.data.rglob("*") if path.name.endswith(("token", "secret")) and path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_second_program_on_the_same_data_is_refused_in_one_line(office: Office, tmp_path: Path, command: str) -> None:
    ran = solvent(tmp_path, command, "--data", str(office.data))
    assert (ran.returncode, ran.stdout) == (3, b"")
    assert ran.stderr.count(b"\n") == 1
    assert b"is in use by another solvent" in ran.stderr


def test_serving_on_a_taken_port_is_refused_in_one_line(office: Office, tmp_path: Path) -> None:
    (tmp_path / "solvent.toml").write_text(f'[office]\nlisten = "{office.address.removeprefix("http://")}"\n')
    ran = solvent(tmp_path, "serve", "--data", "data")
    assert (ran.returncode, ran.stdout) == (3, b"")
    assert ran.stderr.count(b"\n") == 1
    assert b"another program listens there" in ran.stderr


@pytest.mark.parametrize("obstacle", ["a directory", "another file"])
def test_a_store_that_cannot_be_opened_is_refused_in_one_line(tmp_path: Path, obstacle: str) -> None:
    store = tmp_path / "data" / "solvent.db"
    store.parent.mkdir()
    if obstacle == "a directory":
        store.mkdir()
    else:
        store.write_bytes(b"this is a diary and no database " * 64)
    ran = solvent(tmp_path, "demo", "--data", "data")
    assert (ran.returncode, ran.stdout) == (3, b"")
    assert ran.stderr.count(b"\n") == 1, ran.stderr.decode()
    assert b"the store cannot be opened" in ran.stderr


def test_two_demos_run_side_by_side(office: Office, tmp_path: Path) -> None:
    with running(tmp_path, "demo") as second, second.client() as client:
        assert second.address != office.address
        assert client.get("/e").status_code == 200


# A service that is told to stop has done its work; a person who breaks off a command is told so by the shell's own code.
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGTERM, {0}), (signal.SIGINT, {0, 130})], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_program_though_a_reader_is_connected_and_nothing_is_lost(
    tmp_path: Path, number: signal.Signals, codes: set[int]
) -> None:
    (tmp_path / "solvent.toml").write_text('[office]\nlisten = "127.0.0.1:0"\n[gateway]\nlisten = "127.0.0.1:0"\n')
    with running(tmp_path, "serve") as first, first.client() as reader:
        path = file_paste(reader, PASTE)
        token = (first.data / "admin-token").read_text()
        assert first.stop(number) in codes
    with running(tmp_path, "serve") as second, second.client() as reader:
        assert (second.data / "admin-token").read_text() == token
        again = reader.get(f"{path}.json")
        assert again.status_code == 200
        assert told(again.json()) == ACCEPTED
        second.stop()


def test_a_reader_that_leaves_early_sees_no_complaint(tmp_path: Path) -> None:
    cases = b"".join(json.dumps({"id": number, "raw": PASTE}).encode() + b"\n" for number in range(200))
    (tmp_path / "cases.jsonl").write_bytes(cases)
    with subprocess.Popen(
        [PROGRAM, "explain", "--jsonl", "cases.jsonl"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        complaint = process.stderr.read()
        code = process.wait(START_S)
    assert (code, complaint) == (0, b"")
