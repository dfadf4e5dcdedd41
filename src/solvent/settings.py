"""Settings: one TOML file and the environment in, one frozen value out, or every mistake at once with its line and its repair."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from solvent.base.errors import UsageError


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; a field is named for its section and key (`[office] listen` → `office_listen`)."""

    office_listen: Address = Address("127.0.0.1", 8401)
    office_public_url: str | None = None
    store_url: str = "sqlite:///solvent.db"
    desk_posts_per_minute: int = 60
    desk_reads_per_minute: int = 1200
    admin_token: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a file: `line` counts from 1, None where no line can be named."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class SettingsError(UsageError):
    """A file with mistakes; `mistakes` holds all of them."""

    def __init__(self, path: str, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{path}: " + "; ".join(str(mistake) for mistake in mistakes))


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a file (None: all defaults) and the environment. Raises `SettingsError` with every mistake."""
    settings = Settings(admin_token=environment.get("SOLVENT_ADMIN_TOKEN") or None)
    if path is None:
        return settings
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        message = f"cannot read the config `{path}`: {problem}; give a file that exists with --config"
        raise UsageError(message) from problem
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(str(path), [Mistake(None, f"not TOML: {problem}")]) from problem
    values, mistakes = _read(data, text)
    if mistakes:
        raise SettingsError(str(path), mistakes)
    return replace(settings, **values)


def _read(data: dict[str, Any], text: str) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    sections = {section for section, _ in _SETTINGS}
    for section, table in data.items():
        if section not in sections or not isinstance(table, dict):
            known = ", ".join(f"[{name}]" for name in sorted(sections))
            mistakes.append(Mistake(_line(text, section), f"`{section}` is not a section of this file; known are {known}"))
            continue
        for key, value in table.items():
            reader = _SETTINGS.get((section, key))
            line = _line(text, section, key)
            if reader is None:
                keys = ", ".join(name for owner, name in _SETTINGS if owner == section)
                mistakes.append(Mistake(line, f"`{key}` is not a setting of [{section}]; known are {keys}"))
                continue
            try:
                values[f"{section}_{key}"] = reader(value)
            except ValueError as problem:
                mistakes.append(Mistake(line, f"`{key}` of [{section}]: {problem}"))
    return values, mistakes


def _line(text: str, section: str, key: str | None = None) -> int | None:
    """The line of a section's head, or of a key inside it; None where the file writes it in another way."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)", line)
        if head is not None:
            inside = head.group(1).split(".")[0] == section
        found = inside if key is None else inside and re.match(rf"\s*{re.escape(key)}\s*=", line)
        if found or (key is None and re.match(rf"\s*{re.escape(section)}\s*[.=]", line)):
            return number
    return None


def _address(value: Any) -> Address:
    found = re.fullmatch(r"\[?([0-9A-Za-z.:-]*?)\]?:(\d{1,5})", value) if isinstance(value, str) else None
    if found is None or int(found.group(2)) > 65_535:
        message = f'{value!r} is not an address; write "127.0.0.1:8401"'
        raise ValueError(message)
    host = found.group(1)
    if not _is_loopback(host):
        message = f"`{host}` can be reached from other machines, and the desk has no sign-in for them yet; listen on 127.0.0.1"
        raise ValueError(message)
    return Address(host, int(found.group(2)))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _web_address(value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        message = f'{value!r} is not a web address; write "https://solvent.example.org"'
        raise ValueError(message)
    return str(value).rstrip("/")


def _store(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("sqlite:///"):
        message = f'{value!r} is not a store; write "sqlite:///solvent.db"'
        raise ValueError(message)
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 10_000_000:
        message = f"{value!r} is not a number between 1 and 10,000,000"
        raise ValueError(message)
    return value


_SETTINGS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("office", "listen"): _address,
    ("office", "public_url"): _web_address,
    ("store", "url"): _store,
    ("desk", "posts_per_minute"): _count,
    ("desk", "reads_per_minute"): _count,
}
