"""Where in a TOML text each key and each item stands, so that a mistake can name its line.

It reads texts that the standard parser has accepted, and only looks for places: no value is judged here.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Lines:
    """The lines of a text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines = _Scanner(text).lines

    def of(self, path: Path) -> int | None:
        """The line of a key or an item; that of what holds it where it is not written down; None for nothing of it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._counts: dict[Path, int] = {}
        table: Path = ()
        while self._skip_space():
            if self._takes("[["):
                table = self._header(many=True)
                self._takes("]]")
            elif self._takes("["):
                table = self._header(many=False)
                self._takes("]")
            else:
                self._pair(table)

    def _header(self, *, many: bool) -> Path:
        line = self._line()
        path: Path = ()
        names = self._key()
        for place, name in enumerate(names):
            path = (*path, name)
            self.lines.setdefault(path, line)
            if many and place == len(names) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
                self.lines.setdefault(path, line)
        return path

    def _pair(self, table: Path) -> None:
        line, path = self._line(), table
        for name in self._key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._skip_blank()
        self._takes("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self._takes("["):
            item = 0
            while self._skip_space() and not self._takes("]"):
                self.lines.setdefault((*path, item), self._line())
                self._value((*path, item))
                item += 1
                self._skip_space()
                self._takes(",")
        elif self._takes("{"):
            while self._skip_space() and not self._takes("}"):
                self._pair(path)
                self._skip_space()
                self._takes(",")
        elif not self._string():
            self._match(_PLAIN)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip_blank()
            begin = self._at
            if self._string():
                names.append(self._text[begin + 1 : self._at - 1])
            elif self._match(_BARE):
                names.append(self._text[begin : self._at])
            else:
                self._at += 1  # only in a text that is no TOML: go on, so that the end is reached
            self._skip_blank()
            if not self._takes("."):
                return names

    def _string(self) -> bool:
        return any(self._match(pattern) for pattern in _STRINGS)

    def _match(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self._at)
        if found is None or found.end() == self._at:
            return False
        self._at = found.end()
        return True

    def _takes(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) if found else 0
        return found

    def _skip_blank(self) -> None:
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1

    def _skip_space(self) -> bool:
        """Goes past blanks, ends of lines and comments; says whether anything is left."""
        self._match(_SPACE)
        return self._at < len(self._text)

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
