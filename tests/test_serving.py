"""Listening on the machine's own loopback: what unit tests, which may not open sockets, leave to this file."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from solvent.adapters.listening import bind
from solvent.base.errors import StartError
from solvent.bootstrap.children import inherited

CURE = "stop it, or set another address in `[office] listen`"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def port_of(listener: socket.socket) -> int:
    number = listener.getsockname()[1]
    assert isinstance(number, int)
    return number


def test_a_listening_socket_takes_connections() -> None:
    with bind("127.0.0.1", 0, cure=CURE) as listener, socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
        accepted, _ = listener.accept()
        accepted.close()


def test_a_taken_port_is_refused_with_the_setting_that_changes_it(taken: int) -> None:
    with pytest.raises(StartError, match=rf"cannot listen on 127\.0\.0\.1:{taken}: another program listens there; .*`\[office\] listen`"):
        bind("127.0.0.1", taken, cure=CURE)


def test_a_taken_port_is_replaced_by_a_free_one_where_that_is_wanted(taken: int) -> None:
    with bind("127.0.0.1", taken, or_free=True, cure=CURE) as listener:
        assert port_of(listener) != taken
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_free_port_is_kept_where_another_would_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = port_of(probe)
    with bind("127.0.0.1", number, or_free=True, cure=CURE) as listener:
        assert port_of(listener) == number


@pytest.mark.parametrize("or_free", [False, True])
def test_an_address_of_another_machine_is_refused(or_free: bool) -> None:  # noqa: FBT001 - a table's column
    # TEST-NET-1: no machine has it.
    with pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        bind("192.0.2.1", 0, or_free=or_free, cure=CURE)


def test_a_socket_that_was_handed_on_goes_no_further() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        descriptor = theirs.detach()
        os.set_inheritable(descriptor, True)
        with inherited(descriptor) as found:
            assert not os.get_inheritable(found.fileno())
