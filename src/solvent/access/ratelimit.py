"""A rate limit as a token bucket: pure, the time comes in, and what is refused says when to come back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_minute` tokens flow in each minute, or in so many `minutes`; at most `burst` are kept."""

    per_minute: int
    burst: int
    minutes: int = 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left, in millionths of a token, as of an instant in nanoseconds."""

    micro_tokens: int
    at_ns: int


def full(rate: Rate, now_ns: int) -> Bucket:
    """A bucket that nobody has drawn from."""
    return Bucket(rate.burst * 1_000_000, now_ns)


def take(bucket: Bucket, rate: Rate, now_ns: int) -> tuple[Bucket, int]:
    """Takes one token: the bucket after it and 0, or the refilled bucket and the whole seconds to wait."""
    passed_ns, each_ns = max(now_ns - bucket.at_ns, 0), rate.minutes * 60_000
    gained = int(Fraction(passed_ns * rate.per_minute, each_ns))
    level = min(bucket.micro_tokens + gained, rate.burst * 1_000_000)
    # A full bucket forgets the rest; else the nanoseconds that made no whole millionth stay owed.
    at_ns = now_ns if level == rate.burst * 1_000_000 else bucket.at_ns - int(-Fraction(gained * each_ns, rate.per_minute) // 1)
    if level >= 1_000_000:
        return Bucket(level - 1_000_000, at_ns), 0
    missing_ns = Fraction((1_000_000 - level) * each_ns, rate.per_minute)
    return Bucket(level, at_ns), int(missing_ns // 1_000_000_000) + 1
