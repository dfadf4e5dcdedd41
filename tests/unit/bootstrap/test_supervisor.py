from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, cast

import pytest

from solvent.adapters.datadir import DataDir
from solvent.base.errors import StartError
from solvent.bootstrap import supervisor
from solvent.bootstrap.children import Child, Program
from solvent.bootstrap.supervisor import Plan, Started, Supervisor, supervise
from solvent.settings import Address, Gateway, Settings
from tests.unit.bootstrap.conftest import Twin
from tests.waiting import until


class Listener:
    """A listening socket that nobody listens on."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def fileno(self) -> int:
        return self.port

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)


SETTINGS = Settings(office_listen=Address("127.0.0.1", 8401), gateway=Gateway(listen=Address("127.0.0.1", 0), drain_timeout_ms=5_000))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A supervisor whose children are these programs."""

    @contextmanager
    def opened(*programs: Program) -> Iterator[Supervisor]:
        monkeypatch.setattr(Supervisor, "_programs", lambda _: list(programs))
        directory = DataDir(tmp_path / "data")
        with Supervisor(Plan(SETTINGS, tmp_path / "data"), directory, cast("Any", Listener(8491)), cast("Any", Listener(8400))) as found:
            yield found
        directory.close()

    return opened


def when(true: Callable[[], bool], number: signal.Signals) -> threading.Thread:
    """Sends this process a signal once something is so."""

    def send() -> None:
        until(true)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def wrote(log: Path, line: str, times: int = 1) -> Callable[[], bool]:
    return lambda: log.exists() and log.read_text().splitlines().count(line) >= times


def test_children_start_and_end_the_worker_first(run: Callable[..., Any], twin: Twin, log: Path) -> None:
    with run(twin("office"), twin("worker")) as found:
        assert found.start()
        signaller = when(wrote(log, "worker starts"), signal.SIGTERM)
        found.watch()
        signaller.join()
    assert sorted(log.read_text().splitlines()[:2]) == ["office starts", "worker starts"]
    assert log.read_text().splitlines()[2:] == ["worker ends", "office ends"]


def test_what_runs_where_is_told_and_which_wanted_ports_are_taken(run: Callable[..., Any], tmp_path: Path) -> None:
    with run() as found:
        assert found.started() == Started(
            "http://127.0.0.1:8491",
            "http://127.0.0.1:8400",
            (tmp_path / "data" / "admin-token").read_text().strip(),
            tmp_path / "data",
            (8401,),
        )


def test_a_child_that_cannot_start_ends_the_start_with_its_words(run: Callable[..., Any], twin: Twin) -> None:
    with run(twin("office", "fail"), twin("worker")) as found, pytest.raises(StartError, match=r"^the store cannot be opened$"):
        found.start()


def test_a_child_that_ends_without_a_word_is_named(run: Callable[..., Any], twin: Twin) -> None:
    with run(twin("office", "end")) as found, pytest.raises(StartError, match=r"the office ended while starting \(exit code 5\)"):
        found.start()


def test_a_child_that_does_not_get_ready_is_not_waited_for_for_ever(
    run: Callable[..., Any], twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "START_S", -1.0)
    with run(twin("office")) as found, pytest.raises(StartError, match="the office did not get ready within"):
        found.start()


def test_a_child_that_dies_is_started_again_and_told_of(
    run: Callable[..., Any], twin: Twin, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with run(twin("office", "end once"), twin("worker")) as found:
        assert found.start()
        signaller = when(wrote(log, "office starts", 2), signal.SIGTERM)
        found.watch()
        signaller.join()
    assert "solvent: the office ended (exit code 5) and is started again\n" in capfd.readouterr().err


def test_a_child_that_cannot_be_started_again_is_tried_later(
    run: Callable[..., Any], twin: Twin, log: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    start = Child.start
    refused: list[str] = []

    def scarce(child: Child, now_s: float) -> None:
        if wrote(log, "office starts")() and not refused:
            refused.append(child.program.name)
            raise StartError("cannot start the office: no memory")
        start(child, now_s)

    with run(twin("office", "end once"), twin("worker")) as found:
        assert found.start()
        monkeypatch.setattr(Child, "start", scarce)
        signaller = when(wrote(log, "office starts", 2), signal.SIGTERM)
        found.watch()
        signaller.join()
    assert "solvent: cannot start the office: no memory\n" in capfd.readouterr().err


def test_a_reload_is_passed_to_the_office_alone(run: Callable[..., Any], twin: Twin, log: Path) -> None:
    with run(twin("office"), twin("worker")) as found:
        assert found.start()
        # The handlers of the children stand before they say that they are ready.
        signallers = [when(wrote(log, "worker starts"), signal.SIGHUP), when(wrote(log, "office reloads"), signal.SIGTERM)]
        found.watch()
        for signaller in signallers:
            signaller.join()
    assert "office reloads" in log.read_text()
    assert "worker reloads" not in log.read_text()


def test_a_stop_while_starting_is_no_failure(run: Callable[..., Any], twin: Twin, log: Path) -> None:
    with run(twin("office"), twin("worker")) as found:
        os.kill(os.getpid(), signal.SIGTERM)
        assert not found.start()


def test_signals_are_as_they_were_afterwards(run: Callable[..., Any]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with run():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_the_programs_get_their_sockets_and_the_lock(tmp_path: Path) -> None:
    directory = DataDir(tmp_path / "data")
    config = tmp_path / "solvent.toml"
    plan = Plan(SETTINGS, tmp_path / "data", config, sandbox=cast("Any", Listener(9)))
    found = Supervisor(plan, directory, cast("Any", Listener(7)), cast("Any", Listener(8)))
    with found:
        sandbox, office, worker = found._programs()
        assert (sandbox.descriptors, office.descriptors, worker.descriptors) == ((9,), (7, directory.descriptor), (8, directory.descriptor))
        assert office.arguments == (
            "--listener",
            "7",
            "--gateway",
            "http://127.0.0.1:8",
            "--data",
            str(tmp_path / "data"),
            "--config",
            str(config),
        )
        assert worker.arguments == (
            *("--listener", "8", "--folder", str(tmp_path), "--drain-ms", "5000", "--durability", "process"),
            *("--data", str(tmp_path / "data")),
        )
    directory.close()


def test_the_public_desk_has_a_socket_of_its_own(tmp_path: Path) -> None:
    directory = DataDir(tmp_path / "data")
    plan = Plan(replace(SETTINGS, desk_public=True, desk_listen=Address("127.0.0.1", 8402)), tmp_path / "data")
    sockets = [cast("Any", Listener(number)) for number in (7, 8, 6)]
    with Supervisor(plan, directory, *sockets) as found:
        office, worker = found._programs()
        assert office.descriptors == (7, 6, directory.descriptor)
        assert office.arguments[-2:] == ("--desk-listener", "6")
        assert 6 not in worker.descriptors
        assert (found.started().desk, found.started().taken) == ("http://127.0.0.1:6", (8401, 8402))
    directory.close()


@pytest.mark.parametrize(("public", "ports"), [(True, [8401, 0, 8402]), (False, [8401, 0])])
def test_it_listens_for_strangers_only_where_they_are_welcome(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    twin: Twin,
    public: bool,  # noqa: FBT001 - a table's column
    ports: list[int],
) -> None:
    wanted: list[int] = []

    def bind(_host: str, port: int, **_: object) -> Listener:
        wanted.append(port)
        return Listener(port)

    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setattr(supervisor, "bind", bind)
    monkeypatch.setattr(Supervisor, "_programs", lambda _: [twin("office", "fail")])
    with pytest.raises(StartError, match="the store cannot be opened"):
        supervise(Plan(replace(SETTINGS, desk_public=public), tmp_path), lambda _: None)
    assert wanted == ports


def test_a_config_that_is_made_lies_in_the_data_directory(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    with Supervisor(Plan(SETTINGS, tmp_path, written="[office]\n"), directory, cast("Any", Listener(7)), cast("Any", Listener(8))) as found:
        office = found._programs()[0]
        assert office.arguments[-2:] == ("--config", str(tmp_path / "demo.toml"))
        assert (tmp_path / "demo.toml").read_text() == "[office]\n"
    directory.close()


def test_a_directory_in_use_is_refused_before_anything_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announced: list[Started] = []
    monkeypatch.setattr(os, "umask", lambda _: 0)
    holder = DataDir(tmp_path)
    with pytest.raises(StartError, match="in use"):
        supervise(Plan(SETTINGS, tmp_path), announced.append)
    holder.close()
    assert announced == []
    assert not (tmp_path / "solvent.db").exists()


def test_a_failed_start_frees_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twin: Twin) -> None:
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setattr(supervisor, "bind", lambda *_, **__: Listener(7))
    monkeypatch.setattr(Supervisor, "_programs", lambda _: [twin("office", "fail")])
    with pytest.raises(StartError, match="the store cannot be opened"):
        supervise(Plan(SETTINGS, tmp_path), lambda _: None)
    DataDir(tmp_path).close()
