"""Money as whole nano-dollars (10⁻⁹ USD) in one type. No float comes near it, and it rounds in one place, upwards.

Sixty-four bits hold nine billion dollars, so an amount fits any database's integer.
"""

from __future__ import annotations

import re

import msgspec

NANO = 1_000_000_000
_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,10})(?:\.(?P<part>[0-9]{1,9})0*)?")


class Money(msgspec.Struct, frozen=True, order=True, gc=False):
    """An amount in US dollars; `nano_usd` may be negative."""

    nano_usd: int

    @classmethod
    def parse(cls, text: str) -> Money:
        """The amount of a decimal string in dollars, such as `25.00`. Raises `ValueError` on anything else or finer than a nano-dollar."""
        found = _DECIMAL.fullmatch(text)
        if found is None:
            message = f"`{text}` is not an amount in dollars; write a decimal number with at most nine places, such as 25.00"
            raise ValueError(message)
        nano = int(found.group("whole")) * NANO + int((found.group("part") or "0").ljust(9, "0"))
        return cls(-nano if found.group("sign") else nano)

    @classmethod
    def at_rate(cls, parts: int, nano_usd_per_million: int) -> Money:
        """The price of `parts` at a rate per million, rounded up to a whole nano-dollar."""
        return cls.rounded_up(parts * nano_usd_per_million, 1_000_000)

    @classmethod
    def rounded_up(cls, numerator: int, denominator: int) -> Money:
        """`numerator / denominator` nano-dollars, rounded up: the one rounding that a settlement makes."""
        return cls(-(-numerator // denominator))

    def __add__(self, other: Money) -> Money:
        return Money(self.nano_usd + other.nano_usd)

    def __sub__(self, other: Money) -> Money:
        return Money(self.nano_usd - other.nano_usd)

    def __neg__(self) -> Money:
        return Money(-self.nano_usd)

    def __str__(self) -> str:
        """The exact amount in dollars, with at least two places: `0.10`, `0.000000001`."""
        sign = "-" if self.nano_usd < 0 else ""
        whole, part = divmod(abs(self.nano_usd), NANO)
        places = f"{part:09d}".rstrip("0").ljust(2, "0")
        return f"{sign}{whole}.{places}"


ZERO = Money(0)
