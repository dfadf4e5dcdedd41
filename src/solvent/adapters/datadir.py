"""The data directory: private to its owner, used by one process at a time, and home of the secrets that are made once."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

from solvent.base.errors import StartError

ADMIN_TOKEN, FORM_SECRET, KEY_SECRET = "admin-token", "form-secret", "key-secret"
_LOCK, _STORE = "lock", "solvent.db"
_SECRET_MIN = 32


class DataDir:
    """A locked data directory; `close` frees it."""

    def __init__(self, path: Path) -> None:
        """Makes the directory (mode 0700) and locks it.

        Raises `StartError` where that fails, where another process uses it, or where it is somebody else's: only a directory that is
        new, empty or already ours is taken and closed to others.
        """
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(path.iterdir()) and not ((path / _LOCK).is_file() or (path / _STORE).exists()):
                message = f"`{path}` holds other files and is no data directory of solvent; name a new or empty one with --data"
                raise StartError(message)
            path.chmod(0o700)
            self._lock: IO[str] = os.fdopen(os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600), "w")
        except OSError as problem:
            why = "it is a file" if path.is_file() else problem.strerror
            message = f"cannot use the data directory `{path}`: {why}; choose another with --data"
            raise StartError(message) from problem
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            self._lock.close()
            message = f"the data directory `{path}` is in use by another solvent; stop it, or choose another with --data"
            raise StartError(message) from problem

    def close(self) -> None:
        """Frees the directory for another process."""
        self._lock.close()

    @property
    def descriptor(self) -> int:
        """The lock's descriptor: the directory stays locked while any process holds it."""
        return self._lock.fileno()

    def secret(self, name: str) -> str:
        """The secret of this name, made at its first use and kept in a file that only the owner reads."""
        path = self.path / name
        if not path.exists():
            # Whole or not at all: a half-written secret would be one that everybody can guess.
            draft = path.with_suffix(".new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(32) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        return kept_secret(self.path, name)


def kept_secret(folder: Path, name: str) -> str:
    """The secret of this name that a data directory keeps already. Raises `StartError`."""
    path = folder / name
    try:
        kept = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as problem:
        message = f"cannot read the secret in `{path}`: {problem.strerror}; start with `solvent serve`, which makes it"
        raise StartError(message) from problem
    if len(kept) < _SECRET_MIN:
        message = f"the secret in `{path}` is too short to be one; delete the file, and a new one is made"
        raise StartError(message)
    return kept
