"""Reading one TOML table strictly: every key must be known, every value of its kind, and a mistake names its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from solvent.base.errors import StartError, UsageError

LANGUAGES = ("en", "zh")
Member = TypeVar("Member", bound=StrEnum)


class CatalogueError(StartError, ValueError):
    """A catalogue file that cannot be used; the message names the file, the key and the repair."""


EVIDENCE = ("captured", "documented", "code", "unverified")


def language(wish: Any) -> str:
    """The wish where it is one of `LANGUAGES`. Raises `UsageError` on another."""
    if wish not in LANGUAGES:
        raise UsageError(f"`lang` must be one of {', '.join(LANGUAGES)}")
    return str(wish)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in every language of the catalogue."""

    en: str
    zh: str

    def of(self, lang: str) -> str:
        """The text in `lang`; English where the language is not one of the catalogue's."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Steps:
    """An ordered list of texts in every language of the catalogue."""

    en: tuple[str, ...]
    zh: tuple[str, ...]

    def of(self, lang: str) -> tuple[str, ...]:
        """The list in `lang`; English where the language is not one of the catalogue's."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read. `evidence` is `captured` (seen on the wire or in a real report), `documented`, `code` or `unverified`."""

    address: str
    read: date
    evidence: str

    @property
    def verified(self) -> bool:
        """Whether somebody read the source."""
        return self.evidence != "unverified"


class Table:
    """A TOML table whose keys are taken one by one; `done` refuses what nobody took."""

    def __init__(self, data: dict[str, Any], where: str) -> None:
        self._data = dict(data)
        self.where = where

    def fail(self, message: str) -> CatalogueError:
        """An error that names this table."""
        return CatalogueError(f"{self.where}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is there and nobody took it yet."""
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty string; `default` where the key is missing, else an error."""
        value = self._data.pop(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise self.fail(f"`{key}` must be a text")
        return value.strip()

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of `allowed`."""
        value = self.text(key, default)
        if value not in allowed and value != default:
            raise self.fail(f"`{key}` is `{value}`; it must be one of {', '.join(allowed)}")
        return value

    def member(self, key: str, kind: type[Member]) -> Member | None:
        """A member of an enumeration by its value, or None where the key is missing."""
        value = self.choice(key, tuple(item.value for item in kind), "")
        return kind(value) if value else None

    def number(self, key: str, default: int | None = None) -> int | None:
        """A whole number, or `default`."""
        value = self._data.pop(key, default)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.fail(f"`{key}` must be a whole number")
        return value

    def flag(self, key: str, *, default: bool | None) -> bool | None:
        """True or false, or `default`."""
        value = self._data.pop(key, default)
        if value is not None and not isinstance(value, bool):
            raise self.fail(f"`{key}` must be true or false")
        return value

    def day(self, key: str) -> date:
        """A date."""
        value = self._data.pop(key, None)
        if not isinstance(value, date):
            raise self.fail(f"`{key}` must be a date such as 2026-11-25")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; one string counts as a list of one; empty where the key is missing."""
        value = self._data.pop(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            raise self.fail(f"`{key}` must be a text or a list of texts")
        return tuple(items)

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; one number counts as a list of one; empty where the key is missing."""
        value = self._data.pop(key, [])
        items = [value] if isinstance(value, int) else value
        if not isinstance(items, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in items):
            raise self.fail(f"`{key}` must be a whole number or a list of them")
        return tuple(items)

    def table(self, key: str) -> Table | None:
        """A sub-table, or None."""
        value = self._data.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.fail(f"`{key}` must be a table")
        return Table(value, f"{self.where} [{key}]")

    def tables(self, key: str) -> list[Table]:
        """A list of tables, empty where the key is missing."""
        value = self._data.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(f"`{key}` must be a list of tables (`[[{key}]]`)")
        return [Table(item, f"{self.where} [[{key}]] {index}") for index, item in enumerate(value, 1)]

    def words(self, key: str) -> Words | None:
        """A text in every language, or None."""
        table = self.table(key)
        if table is None:
            return None
        found = Words(en=table.text("en"), zh=table.text("zh"))
        table.done()
        return found

    def steps(self, key: str) -> Steps | None:
        """A list in every language, or None."""
        table = self.table(key)
        if table is None:
            return None
        found = Steps(en=table.texts("en"), zh=table.texts("zh"))
        table.done()
        if len(found.en) != len(found.zh):
            raise self.fail(f"`{key}` has {len(found.en)} steps in en and {len(found.zh)} in zh")
        return found

    def lists(self) -> Steps:
        """The table's own keys `en` and `zh` as a list in every language."""
        found = Steps(en=self.texts("en"), zh=self.texts("zh"))
        if len(found.en) != len(found.zh):
            raise self.fail(f"there are {len(found.en)} steps in en and {len(found.zh)} in zh")
        return found

    def source(self) -> Source:
        """The required `[source]` table."""
        table = self.table("source")
        if table is None:
            raise self.fail("`[source]` is missing: say where the fact was read, when, and with what evidence")
        found = Source(
            address=table.text("address"),
            read=table.day("read"),
            evidence=table.choice("evidence", EVIDENCE),
        )
        table.done()
        return found

    def done(self) -> None:
        """Refuses keys that nobody asked for, so that a misspelt key cannot be lost."""
        if self._data:
            raise self.fail(f"unknown key `{min(self._data)}`")
