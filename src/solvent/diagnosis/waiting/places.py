"""Where a few words stand in a text, so that an expression is tried there alone: plain searches cost a tenth of an expression over all."""

from __future__ import annotations

PLACES_MAX = 6


def of(lower: str, signs: tuple[str, ...]) -> list[int]:
    """The places of the signs in a text in small letters, in order: the first `PLACES_MAX` of each."""
    found = []
    for sign in signs:
        place = lower.find(sign)
        for _ in range(PLACES_MAX):
            if place < 0:
                break
            found.append(place)
            place = lower.find(sign, place + len(sign))
    return sorted(found)
