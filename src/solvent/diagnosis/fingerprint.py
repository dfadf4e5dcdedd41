"""One name for one defect: the same error gets the same fingerprint whatever its ids, numbers and hosts."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_MASKS = (
    (re.compile(r"\(request id:[^)]{0,80}\)?", re.IGNORECASE), ""),
    (re.compile(r"https?://\S{1,300}"), "<url>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]{16,}\b"), "<id>"),
    (re.compile(r"`[^`]{1,120}`|'[^']{1,120}'"), "<name>"),
    (re.compile(r"\d+(?:[.,]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def template(message: str) -> str:
    """The message with everything masked that differs from one occurrence to the next."""
    text = message[:600]
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text.strip().lower()


@lru_cache(4096)
def of(*parts: str | None) -> str:
    """A short stable name (16 hex digits) for the parts in order."""
    joined = "\x1f".join(part or "" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:16]


def part(fingerprint: str, masked: str) -> str:
    """One name for what shares a masked sentence within a fingerprint."""
    return of("part", fingerprint, masked)
