from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from solvent.adapters.wire import Call, Reply
from solvent.cli import office_client
from solvent.cli.office_client import Office
from tests.unit.cli.office_twin import COMMANDS, TOKEN, URL, OfficeTwin, office, page, problem

__all__ = ["office"]

EXAMPLES = {
    "keys": ["keys", "list"],
    "accounts": ["accounts", "list"],
    "topup": ["topup", "k1", "5"],
    "requests": ["requests", "list"],
    "cases": ["cases", "list"],
    "drill": ["drill", "exhaust", "main"],
    "reload": ["reload"],
}


def test_every_command_has_an_example() -> None:
    assert tuple(EXAMPLES) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_to_start_an_office_that_does_not_answer(office: OfficeTwin, name: str) -> None:
    office.send = refuse  # type: ignore[method-assign]
    ran = office.run(*EXAMPLES[name])
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert ran.err.startswith(
        "solvent: cannot reach the office at `http://127.0.0.1:8401`: nothing listens there; "
        "start it with `solvent serve`, or name another with --data"
    )


def refuse(url: str, call: Call) -> Reply:
    raise ConnectionRefusedError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_the_way_to_an_office(office: OfficeTwin, name: str) -> None:
    words = EXAMPLES[name][: 1 if name in ("topup", "reload") else 2]
    ran = office.command(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert [option for option in ("--data", "--url", "--json") if option not in ran.out] == []
    assert office.command(name, "-h").out.startswith(f"Usage: solvent {name}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["keys", "list"], {"GET /api/keys": page({"id": "k1", "new": [1.5, "余额"]})}),
        (["keys", "create", "a"], {"POST /api/keys": {"id": "k1", "name": "a", "key": "sv-1"}}),
        (["keys", "revoke", "k1"], {"DELETE /api/keys/k1": {"id": "k1"}}),
        (["accounts", "list"], {"GET /api/accounts": page()}),
        (["requests", "list"], {"GET /api/requests": page({"id": "r1", "odd": None})}),
        (["cases", "list"], {"GET /api/cases": page({"id": "c1"}, next_=None)}),
        (["cases", "show", "c1"], {"GET /api/cases/c1": {"id": "c1", "title": "\ud800"}}),
        (["drill", "exhaust", "a"], {"POST /api/drills": {"account": "a"}}),
        (["reload"], {"POST /api/reload": {"config": "solvent.toml"}}),
    ],
)
def test_with_json_the_offices_answer_is_printed(office: OfficeTwin, arguments: list[str], told: dict[str, Any]) -> None:
    office.tells = dict(told)
    ran = office.run(*arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == next(iter(told.values()))


def test_json_of_several_pages_is_one_list(office: OfficeTwin) -> None:
    office.tells["GET /api/keys"] = [page({"id": "k1"}, next_="c1"), page({"id": "k2"})]
    assert json.loads(office.run("keys", "list", "--json").out) == page({"id": "k1"}, {"id": "k2"})
    assert [asked.query for asked in office.asked] == [{"limit": "100"}, {"limit": "100", "after": "c1"}]


def test_a_limit_asks_for_no_more_than_is_wanted(office: OfficeTwin) -> None:
    office.tells["GET /api/requests"] = [
        page(*[{"id": str(i)} for i in range(100)], next_="c1"),
        page({"id": "r"}, {"id": "s"}, next_="c2"),
    ]
    told = json.loads(office.run("requests", "list", "--limit", "101", "--json").out)
    assert ([asked.query["limit"] for asked in office.asked], len(told["items"]), told["next"]) == (["100", "1"], 101, "c2")


def test_the_call_carries_the_token_and_says_what_it_takes(office: OfficeTwin) -> None:
    office.tells = {"GET /api/keys": page(), "POST /api/reload": {}}
    office.run("keys", "list")
    office.run("reload")
    read, write = office.asked
    assert (read.headers["Authorization"], read.headers["Accept"], read.body) == (f"Bearer {TOKEN}", "application/json", None)
    assert (write.headers["Content-Type"], write.body) == ("application/json", {})
    assert "Content-Type" not in read.headers
    assert office.urls == [URL, URL]


@pytest.mark.parametrize(
    ("answer", "code", "complaint"),
    [
        (problem(400, "`rpm` must be a whole number."), 2, "`rpm` must be a whole number"),
        (problem(422, ""), 2, "Refused"),
        (problem(404, "No such key."), 1, "No such key"),
        (problem(409, "A key has this\nname\x1b."), 1, "A key has this name�"),
        (problem(429, "Wait 3 s."), 3, "the office at `http://127.0.0.1:8401` refused this (429): Wait 3 s"),
        (problem(403, "Not from there."), 3, "the office at `http://127.0.0.1:8401` refused this (403): Not from there"),
        (problem(400, "Bad.", mistakes="not a list"), 1, "Bad"),
        (problem(503, "The store is away."), 3, "the office at `http://127.0.0.1:8401` failed (503): The store is away; its log says more"),
        (
            problem(401, "Unknown token"),
            3,
            "the office at `http://127.0.0.1:8401` does not take the admin token from `DIR/admin-token`; set SOLVENT_ADMIN_TOKEN to",
        ),
        (Reply(404, "text/html", b"<h1>Not Found</h1>"), 3, "`http://127.0.0.1:8401` answered 404 without a reason, as no office"),
        (
            Reply(404, "application/json", b'{"detail": "Not Found"}'),
            3,
            "`http://127.0.0.1:8401` answered 404 without a reason, as no office",
        ),
        (Reply(302, "text/html", b""), 3, "`http://127.0.0.1:8401` answered 302 without a reason, as no office"),
        (Reply(200, "text/html", b"<h1>Welcome</h1>"), 3, "`http://127.0.0.1:8401` answered something that is not JSON, as no office"),
        (Reply(200, "application/json", b"[" * 100_000), 3, "`http://127.0.0.1:8401` answered something that is not JSON, as no office"),
        (Reply(200, "application/json", b"[]"), 3, "`http://127.0.0.1:8401` answered no list at `/api/keys`, as no office"),
        (Reply(200, "application/json", b""), 3, "`http://127.0.0.1:8401` answered no list at `/api/keys`, as no office"),
        (Reply(200, "application/json", b'{"items": [1]}'), 3, "`http://127.0.0.1:8401` answered no list at `/api/keys`, as no office"),
        (TimeoutError(), 3, "cannot reach the office at `http://127.0.0.1:8401`: no answer within 30 s; look at its log, or start it anew"),
        (
            socket.gaierror(-2, "x"),
            3,
            "cannot reach the office at `http://127.0.0.1:8401`: no machine of that name is known; check the address",
        ),
        (
            ssl.SSLError("x"),
            3,
            "cannot reach the office at `http://127.0.0.1:8401`: no trusted TLS connection can be made; check its certificate, and",
        ),
        (
            http.client.BadStatusLine("x"),
            3,
            "cannot reach the office at `http://127.0.0.1:8401`: what answers there does not speak HTTP, or broke off; check the address",
        ),
        (
            OSError(101, "Network is unreachable"),
            3,
            "cannot reach the office at `http://127.0.0.1:8401`: Network is unreachable; start it with `solvent serve`",
        ),
    ],
)
def test_each_answer_that_is_no_success_has_its_code_and_its_sentence(
    office: OfficeTwin, answer: Reply | Exception, code: int, complaint: str
) -> None:
    office.tells["GET /api/keys"] = answer
    ran = office.run("keys", "list", "--json")
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert ran.err.replace(str(office.data), "DIR").startswith(f"solvent: {complaint}")


def test_a_list_that_runs_in_a_circle_is_left(office: OfficeTwin) -> None:
    office.tells["GET /api/keys"] = page({"id": "k1"}, next_="c1")
    ran = office.run("keys", "list")
    assert ran.code == 3
    assert "a list at `/api/keys` that does not end" in ran.err
    assert len(office.asked) == 2


# How the office is found


def test_a_directory_without_an_office_is_told_with_the_next_step(office: OfficeTwin) -> None:
    (office.data / "office.json").unlink()
    ran = office.run("keys", "list")
    assert ran.code == 3
    assert ran.err.replace(str(office.data), "DIR") == (
        "solvent: no office is running in `DIR`: it has no `office.json`; "
        "start it with `solvent serve --data DIR`, or name the directory of a running office with --data\n"
    )


def test_an_office_that_has_ended_is_not_asked(office: OfficeTwin) -> None:
    office.living = set()
    ran = office.run("keys", "list")
    assert (ran.code, office.asked) == (3, [])
    assert f"the office of `{office.data}` is not running: its process 123 has ended; start it with `solvent serve --data" in ran.err


@pytest.mark.parametrize(
    "written", ["", "{", "[]", "null", '{"url": "http://127.0.0.1:1"}', '{"url": 5, "pid": 123}', '{"url": "ftp://x", "pid": 123}']
)
def test_an_office_file_that_no_office_wrote_is_refused(office: OfficeTwin, written: str) -> None:
    (office.data / "office.json").write_text(written)
    ran = office.run("keys", "list")
    assert (ran.code, office.asked) == (3, [])
    assert f"`{office.data / 'office.json'}` is not what an office writes; stop the office and start it with" in ran.err


def test_a_file_that_may_not_be_read_says_who_may(office: OfficeTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path, **_: str) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", denied)
    ran = office.run("keys", "list")
    wanted = f"solvent: cannot read `{office.data / 'office.json'}`: Permission denied; run this as the user who runs the office\n"
    assert (ran.code, ran.err) == (3, wanted)


def test_the_token_of_the_environment_goes_first(office: OfficeTwin) -> None:
    office.environ["SOLVENT_ADMIN_TOKEN"] = " another-token\n"
    office.tells["GET /api/keys"] = [page(), problem(401, "Unknown token")]
    office.run("keys", "list")
    assert office.asked[0].headers["Authorization"] == "Bearer another-token"
    ran = office.run("keys", "list")
    assert "does not take the admin token from SOLVENT_ADMIN_TOKEN; unset SOLVENT_ADMIN_TOKEN to use the one in the data" in ran.err
    assert "another-token" not in ran.err


def test_without_any_token_the_variable_is_named(office: OfficeTwin) -> None:
    (office.data / "admin-token").unlink()
    ran = office.run("keys", "list")
    wanted = f"`{office.data / 'admin-token'}` is missing; set SOLVENT_ADMIN_TOKEN to the token that the office was started with"
    assert (ran.code, ran.err, office.asked) == (3, f"solvent: {wanted}\n", [])


@pytest.mark.parametrize("kept", ["", "s3cret\nX-More: 1", "s3cret word", "s3crét"])
def test_a_token_that_no_header_carries_is_not_sent_and_not_shown(office: OfficeTwin, kept: str) -> None:
    (office.data / "admin-token").write_text(kept, encoding="utf-8")
    ran = office.run("keys", "list")
    assert (ran.code, office.asked) == (3, [])
    assert "is empty or holds signs that no token has; set SOLVENT_ADMIN_TOKEN to the right one" in ran.err
    assert "s3cr" not in ran.err


def test_an_address_takes_its_token_from_the_environment(office: OfficeTwin) -> None:
    office.environ["SOLVENT_ADMIN_TOKEN"] = TOKEN
    office.tells["GET /api/keys"] = page()
    assert office.command("keys", "list", "--url", "https://ops.example/solvent/").code == 0
    assert office.urls == ["https://ops.example/solvent"]


def test_the_token_of_a_default_directory_is_never_sent_to_an_address(office: OfficeTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    (office.data / "solvent-data").mkdir()
    (office.data / "solvent-data" / "admin-token").write_text(TOKEN)
    monkeypatch.chdir(office.data)
    ran = office.command("keys", "list", "--url", "https://198.51.100.1:8401")
    assert (ran.code, office.asked) == (2, [])
    wanted = "`--url` needs the office's admin token in SOLVENT_ADMIN_TOKEN; it is in `admin-token` of its data directory"
    assert ran.err == f"solvent: {wanted}\n"


@pytest.mark.parametrize("url", ["http://198.51.100.1:8401", "http://ops.example", "http://127.0.0.1.example:8401"])
def test_the_token_crosses_no_network_in_the_clear(office: OfficeTwin, url: str) -> None:
    office.environ["SOLVENT_ADMIN_TOKEN"] = TOKEN
    ran = office.command("keys", "list", "--url", url)
    assert (ran.code, office.asked) == (2, [])
    assert ran.err == (
        "solvent: over http everybody on the way could read the admin token; give `--url` an https:// address, or one of 127.0.0.1\n"
    )


def test_the_token_of_a_named_directory_goes_to_the_address(office: OfficeTwin) -> None:
    office.tells["GET /api/keys"] = page()
    assert office.run("keys", "list", "--url", "http://[::1]:9000").code == 0
    assert (office.urls, office.asked[0].headers["Authorization"]) == (["http://[::1]:9000"], f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8401", "ftp://h", "http://", "http://h:99999", "http://h:0", "http://h h", "http://[::1", "http://主机"]
)
def test_what_is_no_address_is_wrong_usage(office: OfficeTwin, url: str) -> None:
    ran = office.run("keys", "list", "--url", url)
    assert (ran.code, office.asked) == (2, [])
    assert ran.err == "solvent: `--url` is not the address of an office; give one such as http://127.0.0.1:8401\n"


@pytest.mark.parametrize("url", ["http://me:s3cret@h", "http://h/?token=s3cret", "http://h/#s3cret"])
def test_a_secret_in_an_address_is_refused_and_not_shown(office: OfficeTwin, url: str) -> None:
    ran = office.run("keys", "list", "--url", url)
    assert (ran.code, office.asked) == (2, [])
    assert "takes only scheme, host, port and path; the admin token comes from SOLVENT_ADMIN_TOKEN" in ran.err
    assert "s3cret" not in ran.err


def test_no_repr_holds_the_token(office: OfficeTwin) -> None:
    office.environ["SOLVENT_ADMIN_TOKEN"] = TOKEN
    found: Office = office_client.find(office.outside(), office.data, None, data_named=True)
    assert TOKEN not in repr(found) + repr(Call("GET", "/", {"Authorization": TOKEN}))


def test_no_repr_holds_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLVENT_ADMIN_TOKEN", TOKEN)
    assert TOKEN not in repr(office_client.outside())


# The machine


@pytest.mark.parametrize(("raised", "alive"), [(None, True), (ProcessLookupError, False), (PermissionError, False), (OverflowError, False)])
def test_a_process_lives_where_it_can_be_asked(monkeypatch: pytest.MonkeyPatch, raised: type[Exception] | None, *, alive: bool) -> None:
    asked = []

    def kill(pid: int, number: int) -> None:
        asked.append((pid, number))
        if raised:
            raise raised

    monkeypatch.setattr(os, "kill", kill)
    assert office_client._alive(7) is alive
    assert office_client._alive(0) is office_client._alive(-7) is False
    assert asked == [(7, 0)]


def test_outside_is_this_machine() -> None:
    real = office_client.outside()
    assert (real.environ, real.alive(os.getpid()), len(real.random_bytes(4))) == (os.environ, True, 4)
