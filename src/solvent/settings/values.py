"""Reading one value: what it must look like, and what to write instead. Every reader raises `ValueError` with the repair.

No message repeats a text that may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from solvent.base.money import Money
from solvent.settings.shape import Address

_DAY_MS = 86_400_000
_DURATION_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": _DAY_MS}
_SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}


def address(value: Any) -> Address:
    """A host and a port."""
    found = re.fullmatch(r"\[?([0-9A-Za-z.:-]+?)\]?:(\d{1,5})", value) if isinstance(value, str) else None
    if found is None or int(found.group(2)) > 65_535:
        message = f'{value!r} is not an address; write a host and a port such as "127.0.0.1:8401"'
        raise ValueError(message)
    return Address(found.group(1), int(found.group(2)))


def loopback_address(value: Any) -> Address:
    """A host and a port that only this machine reaches."""
    found = address(value)
    if not is_loopback(found.host):
        message = f"`{found.host}` can be reached from other machines, and the desk has no sign-in for them yet; listen on 127.0.0.1"
        raise ValueError(message)
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def web_address(value: Any) -> str:
    """An http or https address without query, without a slash at its end."""
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        message = 'this is not a web address; write one such as "https://solvent.example.org", without `?` or `#`'
        raise ValueError(message)
    if parts.username is not None or parts.password is not None:
        raise ValueError("a web address must not hold a name or password; take out what stands before the `@`")
    return str(value).rstrip("/")


def _split(value: Any) -> SplitResult | None:
    if not isinstance(value, str) or re.search(r"[\x00-\x20\x7f-\U0010ffff]", value):
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it checks it
    except ValueError:
        return None
    return parts


def store(value: Any) -> str:
    """The address of a database."""
    if not isinstance(value, str) or not value.startswith("sqlite:///"):
        message = f'{_scheme(value)} is not a store that is supported; write "sqlite:///solvent.db"'
        raise ValueError(message)
    return value


def cache(value: Any) -> str:
    """The address of a cache."""
    if value != "memory://":
        message = f'{_scheme(value)} is not a cache that is supported yet; write "memory://"'
        raise ValueError(message)
    return str(value)


def _scheme(value: Any) -> str:
    return f"`{value.partition(':')[0]}`" if isinstance(value, str) and ":" in value else "this"


def count(value: Any) -> int:
    """A whole number above zero."""
    return _whole(value, 1, 10_000_000)


def place(value: Any) -> int:
    """A whole number from zero."""
    return _whole(value, 0, 1_000)


def _whole(value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        message = f"{value!r} is not a number between {least:,} and {most:,}"
        raise ValueError(message)
    return value


def workers(value: Any) -> int:
    """How many workers: one."""
    if value != 1 or isinstance(value, bool):
        message = f"{value!r} workers cannot share the balances yet; this version runs one: write workers = 1"
        raise ValueError(message)
    return 1


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        message = f"{value!r} is neither true nor false; write one of them without quotes"
        raise ValueError(message)  # noqa: TRY004 - every wrong value is one kind of error
    return value


def text(value: Any) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("it must be a text in quotes that is not blank")
    return value.strip()


def model_name(value: Any) -> str:
    """A name of a model, or a pattern of names."""
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,256}", value):
        raise ValueError('it must be a name such as "claude-sonnet-4-5", in quotes and without blanks')
    return value


def account_name(value: Any) -> str:
    """A name of an account."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value):
        message = f'{value!r} is not a name of an account; take letters, digits, `-`, `_` and `.`, such as "anthropic-main"'
        raise ValueError(message)
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError('it must be a list of texts such as ["balance.low"]')
    return tuple(item.strip() for item in value)


def host_names(value: Any) -> tuple[str, ...]:
    """A list of names by which a server is called, without ports, in small letters."""
    names = tuple(item.lower() if isinstance(item, str) else "" for item in value) if isinstance(value, list) else ("",)
    if not all(
        re.fullmatch(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*", name) for name in names
    ):
        raise ValueError('it must be a list of names without scheme and port, such as ["desk.example.org"]')
    return names


def networks(value: Any) -> tuple[str, ...]:
    """A list of networks, or of single addresses."""
    if not isinstance(value, list):
        raise ValueError('it must be a list of networks such as ["127.0.0.1/32"]')  # noqa: TRY004 - every wrong value is one kind of error
    return tuple(map(_network, value))


def _network(value: Any) -> str:
    try:
        found = ip_network(value if isinstance(value, str) else "")
    except ValueError:
        message = f'{value!r} is not a network; write one such as "127.0.0.1/32" or "10.0.0.0/8", with nothing set behind its length'
        raise ValueError(message) from None
    if found.prefixlen == 0:
        message = f"`{value}` is everybody, so that anybody could say to be anybody else; name the network of the proxy alone"
        raise ValueError(message)
    return str(found)


def one_of(*allowed: str) -> Callable[[Any], str]:
    """A reader that takes one of some words."""
    words = " or ".join(f'"{word}"' for word in allowed)

    def read(value: Any) -> str:
        if value not in allowed:
            message = f"{value!r} is not known; write {words}"
            raise ValueError(message)
        return str(value)

    return read


def some_of(*allowed: str) -> Callable[[Any], tuple[str, ...]]:
    """A reader that takes a list of some words, in order, each once."""
    words = " and ".join(f'"{word}"' for word in allowed)

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or any(item not in allowed for item in value) or len(set(value)) != len(value):
            message = f"{value!r} is not a list of {words}, each at most once"
            raise ValueError(message)
        return tuple(value)

    return read


def duration(value: Any) -> int:
    """A length of time in milliseconds, more than none."""
    found = wait(value)
    if found == 0:
        message = f'{value!r} is no time at all; write a length of time such as "5s"'
        raise ValueError(message)
    return found


def wait(value: Any) -> int:
    """A length of time in milliseconds, possibly none, at most 31 days."""
    found = re.fullmatch(r"(\d{1,9}) ?(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if found is None or int(found.group(1)) * _DURATION_MS[found.group(2)] > 31 * _DAY_MS:
        message = f'{value!r} is not a length of time; write a whole number with its unit, such as "250ms", "5s", "2m" or "24h"'
        raise ValueError(message)
    return int(found.group(1)) * _DURATION_MS[found.group(2)]


def first_byte(value: Any) -> tuple[int, int]:
    """How long a stream and a JSON answer may take to begin, in milliseconds: one length for both, or a table with each."""
    if not isinstance(value, dict):
        return duration(value), duration(value)
    if set(value) != {"stream", "json"}:
        raise ValueError('it must be one length of time, or a table with both: { stream = "60s", json = "600s" }')
    return duration(value["stream"]), duration(value["json"])


def size(value: Any) -> int:
    """A number of bytes; a KB is 1024 of them."""
    found = re.fullmatch(r"(\d{1,10}) ?([KMG]?i?B)", value, re.IGNORECASE) if isinstance(value, str) else None
    unit = None if found is None else _SIZES.get(found.group(2).upper())
    if found is None or unit is None or not 1024 <= int(found.group(1)) * unit <= 1024**3:
        message = f'{value!r} is not a size between 1KB and 1GB; write a whole number with its unit, such as "32MB"'
        raise ValueError(message)
    return int(found.group(1)) * unit


def money(value: Any) -> Money:
    """An amount of dollars that is not below zero."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        message = f'{value} is a bare number; write it in quotes, "{value}", so that nothing of it is lost'
        raise ValueError(message)  # noqa: TRY004 - every wrong value is one kind of error
    if not isinstance(value, str):
        raise ValueError('it must be an amount of dollars in quotes, such as "25.00"')  # noqa: TRY004 - every wrong value is one kind of error
    amount = Money.parse(value)
    if amount.nano_usd < 0:
        message = f"`{value}` is below zero; write an amount from 0"
        raise ValueError(message)
    return amount
