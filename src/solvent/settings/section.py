"""Reading one table key by key: a mistake is noted with its line, and reading goes on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from solvent.settings.lines import Lines, Path
from solvent.settings.shape import Mistake

Value = TypeVar("Value")


@dataclass(slots=True)
class Findings:
    """What was found wrong, and what should be changed, while one text is read."""

    lines: Lines
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def wrong(self, path: Path, message: str) -> None:
        """Notes a mistake."""
        self.mistakes.append(Mistake(self.lines.of(path), message))

    def warn(self, path: Path, message: str) -> None:
        """Notes a warning."""
        self.warnings.append(Mistake(self.lines.of(path), message))


class Section:
    """One table of a file. `title` is what people call it, such as `[gateway]` or `account `main``."""

    def __init__(self, data: dict[str, Any], path: Path, title: str, findings: Findings) -> None:
        self._data = data
        self._asked: list[str] = []
        self.path = path
        self.title = title
        self.findings = findings

    def wrong(self, key: str, message: str) -> None:
        """Notes a mistake at a key, or at the table where the key is missing."""
        self.findings.wrong((*self.path, key), f"`{key}` of {self.title}: {message}")

    def warn(self, key: str, message: str) -> None:
        """Notes a warning at a key."""
        self.findings.warn((*self.path, key), f"`{key}` of {self.title}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is written down."""
        return key in self._data

    def take(self, key: str, read: Callable[[Any], Value], default: Value) -> Value:
        """The value of a key; `default` where it is missing or wrong."""
        found = self.maybe(key, read)
        return default if found is None else found

    def need(self, key: str, read: Callable[[Any], Value], example: str) -> Value | None:
        """The value of a key that must be there; None, with a mistake noted, where it is missing or wrong."""
        if key not in self._data:
            self._asked.append(key)
            self.findings.wrong(self.path, f"{self.title} has no `{key}`; write {key} = {example}")
            return None
        return self.maybe(key, read)

    def maybe(self, key: str, read: Callable[[Any], Value]) -> Value | None:
        """The value of a key; None where it is missing or, with a mistake noted, wrong."""
        self._asked.append(key)
        if key not in self._data:
            return None
        try:
            return read(self._data[key])
        except ValueError as problem:
            self.wrong(key, str(problem))
            return None

    def done(self) -> None:
        """Notes every key that nobody asked for, with the nearest that is known."""
        for key in self._data:
            if key not in self._asked:
                self.findings.wrong((*self.path, key), f"`{key}` is not a setting of {self.title}; {nearest(key, self._asked, '`')}")


def nearest(word: str, known: Iterable[str], quote: str = "") -> str:
    """What somebody may have meant by a word that is not known: the nearest, else all that are known."""
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"did you mean `{near[0]}`?" if near else f"known are {', '.join(f'{quote}{name}{quote}' for name in names)}"


def tables(data: Any, name: str, findings: Findings) -> list[dict[str, Any]]:
    """The tables under `[[name]]`; a mistake is noted where the file writes something else there."""
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        findings.wrong((name,), f"`{name}` must be a list of tables; write [[{name}]] above each")
        return []
    return data
