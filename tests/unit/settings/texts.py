"""Reading a text as the office and its workers do, with an environment and secret files that are made up here."""

from __future__ import annotations

import errno
import os

import pytest

from solvent.settings import Settings, SettingsError, parse

ENVIRONMENT = {"KEY": "sk-from-env", "EMPTY": " ", "BLANKS": "sk two words", "ALERT_URL": "https://hooks.example/T0/secret"}
FILES = {"key.txt": "sk-from-file\n", "empty.txt": "\n"}

ACCOUNT = """\
[[account]]
name = "main"
provider = "anthropic"
api_key = "env:KEY"
"""


def read_file(path: str) -> str:
    if path not in FILES:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return FILES[path]


def read(text: str) -> Settings:
    return parse(text, "solvent.toml", ENVIRONMENT, read_file)


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(SettingsError) as refusal:
        read(text)
    return [(mistake.line, mistake.message) for mistake in refusal.value.mistakes]


def warnings(text: str) -> list[tuple[int | None, str]]:
    return [(warning.line, warning.message) for warning in read(text).warnings]
