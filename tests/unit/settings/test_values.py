from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solvent.base.money import Money
from solvent.settings import values
from solvent.settings.shape import Address

MIB = 1024 * 1024

NO_TEXTS: list[Any] = [[], ["a", ""], "a", [1]]
NO_CHOICES: list[Any] = [["c"], ["a", "a"], "a", [[]]]
NO_MONEY: list[Any] = [True, [], {}]
NO_PAIRS: list[Any] = [{}, {"stream": "1s"}, {"stream": "1s", "json": "1s", "x": "1s"}]


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (values.address, "0.0.0.0:80", Address("0.0.0.0", 80)),
        (values.address, "[::]:65535", Address("::", 65535)),
        (values.loopback_address, "127.8.9.1:80", Address("127.8.9.1", 80)),
        (values.loopback_address, "localhost:0", Address("localhost", 0)),
        (values.loopback_address, "[::1]:8401", Address("::1", 8401)),
        (values.web_address, "http://h.example:80/v1/", "http://h.example:80/v1"),
        (values.store, "sqlite:///a.db", "sqlite:///a.db"),
        (values.cache, "memory://", "memory://"),
        (values.count, 10_000_000, 10_000_000),
        (values.place, 0, 0),
        (values.workers, 1, 1),
        (values.flag, False, False),
        (values.text, " a b ", "a b"),
        (values.texts, ["a", "b "], ("a", "b")),
        (values.host_names, ["Desk.Example.org", "localhost", "a_b"], ("desk.example.org", "localhost", "a_b")),
        (values.host_names, [], ()),
        (
            values.networks,
            ["127.0.0.1/32", "10.0.0.0/8", "192.0.2.9", "fd00::/8"],
            ("127.0.0.1/32", "10.0.0.0/8", "192.0.2.9/32", "fd00::/8"),
        ),
        (values.networks, [], ()),
        (values.model_name, "anthropic/claude-*", "anthropic/claude-*"),
        (values.account_name, "a.b_c-1", "a.b_c-1"),
        (values.one_of("a", "b"), "b", "b"),
        (values.some_of("a", "b"), ["b", "a"], ("b", "a")),
        (values.some_of("a", "b"), [], ()),
        (values.duration, "250ms", 250),
        (values.duration, "5s", 5_000),
        (values.duration, "2 m", 120_000),
        (values.duration, "24h", 86_400_000),
        (values.duration, "31d", 31 * 86_400_000),
        (values.wait, "0s", 0),
        (values.first_byte, "90s", (90_000, 90_000)),
        (values.first_byte, {"json": "10m", "stream": "1m"}, (60_000, 600_000)),
        (values.size, "32MB", 32 * MIB),
        (values.size, "1 kb", 1024),
        (values.size, "1GiB", 1024 * MIB),
        (values.size, "2048B", 2048),
        (values.money, "25.00", Money(25_000_000_000)),
        (values.money, "0", Money(0)),
    ],
)
def test_a_value_is_read(reader: Callable[[Any], Any], value: Any, expected: Any) -> None:
    assert reader(value) == expected


@pytest.mark.parametrize(
    ("reader", "value", "repair"),
    [
        *(
            (values.address, value, "is not an address; write")
            for value in ("8401", "127.0.0.1:65536", "127.0.0.1", ":8400", 8401, "a b:1")
        ),
        *(
            (values.loopback_address, f"{host}:8401", "can be reached from other machines")
            for host in ("0.0.0.0", "192.168.1.7", "[::]", "8.8.8.8", "example.org", "localhost.example.org")
        ),
        *(
            (values.web_address, value, "is not a web address; write")
            for value in (
                "h.example",
                "ftp://h.example",
                "https://",
                "https://h.example?x=1",
                "https://h.example#x",
                "https://h:99999/",
                "https://h/a b",
                True,
            )
        ),
        (values.web_address, "https://me:s3cret@h.example", "must not hold a name or password"),
        *((values.store, value, "is not a store") for value in ("mysql://h/d", 1, "file")),
        (values.cache, "redis://h", "`redis` is not a cache that is supported yet"),
        *((values.count, value, "is not a number between 1 and 10,000,000") for value in (0, -5, 10_000_001, "60", True, 1.5)),
        *((values.place, value, "is not a number between 0 and 1,000") for value in (-1, 1001, "1", False)),
        *((values.workers, value, "write workers = 1") for value in (0, 2, "1", True)),
        *((values.flag, value, "is neither true nor false") for value in ("true", 1, 0)),
        *((values.text, value, "a text in quotes") for value in ("", " ", 5)),
        *((values.texts, value, "a list of texts") for value in NO_TEXTS),
        *((values.model_name, value, "without blanks") for value in ("", "a b", 5, "é", "a" * 257)),
        *((values.account_name, value, "is not a name of an account") for value in ("", "a b", "-a", "a/b", 5, "a" * 65)),
        (values.one_of("a", "b"), "c", '\'c\' is not known; write "a" or "b"'),
        *((values.some_of("a", "b"), value, 'is not a list of "a" and "b"') for value in NO_CHOICES),
        *(
            (values.duration, value, "is not a length of time; write")
            for value in ("5", 5, "5 seconds", "1.5s", "-1s", "32d", "9999999999s", True)
        ),
        (values.duration, "0s", "is no time at all"),
        *((values.first_byte, value, "or a table with both") for value in NO_PAIRS),
        (values.first_byte, {"stream": "1s", "json": 5}, "is not a length of time"),
        *((values.size, value, "is not a size between 1KB and 1GB") for value in ("32", 32, "1023B", "2GB", "32 megabytes", "iB")),
        (values.money, 25.5, '25.5 is a bare number; write it in quotes, "25.5"'),
        (values.money, 25, '25 is a bare number; write it in quotes, "25"'),
        *((values.money, value, "an amount of dollars in quotes") for value in NO_MONEY),
        *((values.money, value, "is not an amount in dollars") for value in ("", "5 USD", "1e3", "0.0000000001", "$5")),
        (values.money, "-1", "is below zero"),
    ],
)
def test_a_wrong_value_is_refused_with_its_repair(reader: Callable[[Any], Any], value: Any, repair: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is looked at below
        reader(value)
    assert repair in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        *[
            (values.host_names, value)
            for value in ("a", [""], ["a b"], ["a:80"], ["a/"], ["*.a"], ["-a"], ["a."], [5], ["a" * 254], ["a..b"])
        ],
        *[
            (values.networks, value)
            for value in ("10.0.0.0/8", ["10.0.0.1/8"], ["proxy"], ["::/0"], ["0.0.0.0/0"], [5], [""], ["10.0.0.0/33"])
        ],
    ],
)
def test_neither_a_name_nor_a_network(reader: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(ValueError, match=r"such as|everybody"):
        reader(value)
