"""Listening sockets, bound before anything is served."""

from __future__ import annotations

import errno
import socket

from solvent.base.errors import StartError


def bind(host: str, port: int, *, setting: str, or_free: bool = False) -> socket.socket:
    """A listening socket on the address; with `or_free`, on a free port where this one is taken.

    `setting` names what to change. Raises `StartError`.
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
            message = f"cannot listen on {host}:{port}: {why}; stop it, or set another address in `{setting}`"
            raise StartError(message) from problem
    listener.listen(4096)
    return listener
