"""Listening sockets, bound before anything is served on them."""

from __future__ import annotations

import errno
import socket

from solvent.base.errors import StartError


def bind(host: str, port: int, *, cure: str, or_free: bool = False) -> socket.socket:
    """A listening socket on the address; with `or_free`, on a free port where this one is taken.

    Raises `StartError`, which ends with `cure`: what a person can do about it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that answers leave at once
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        if or_free and problem.errno in (errno.EADDRINUSE, errno.EACCES):
            listener.bind((host, 0))
        else:
            listener.close()
            why = "another program listens there" if problem.errno == errno.EADDRINUSE else str(problem.strerror)
            raise StartError(f"cannot listen on {host}:{port}: {why}; {cure}") from problem
    listener.listen(512)
    return listener


def web_address(listener: socket.socket) -> str:
    """Where this machine reaches a listening socket, as `http://host:port`."""
    host, port = listener.getsockname()[:2]
    # What listens everywhere is reached by no such name.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
