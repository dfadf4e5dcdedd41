"""What a caller may read of an upstream's words about the caller's own request: nothing that tells whom the operator calls.

Addresses, hosts, ids, the account's name and secrets are struck; field names that look like hosts (`messages.0.content`) stay.
"""

from __future__ import annotations

import re

from solvent.base.secret import redact

_ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s\"'<>)\]]{1,400}", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:com|net|org|io|ai|cn|dev|app|xyz|top|me|cc|tech|cloud|site|online|shop|run|live|uk|de|fr|jp|kr|ru|hk|tw|us|eu|sg|in"
    r"|internal|local|localdomain|lan|svc|invalid|example|test)(?::\d{1,5})?(?:/[^\s\"'<>)\]]{0,300})?(?![\w-])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])|\blocalhost(?::\d{1,5})?\b|\[[0-9a-f:]{3,39}\](?::\d{1,5})?", re.IGNORECASE
)
_ID = re.compile(
    r"\s*[\[(]?\b(?:request|trace|log)[ _-]?id[:=]?\s*[A-Za-z0-9_.:-]{6,128}[\])]?"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\breq_[A-Za-z0-9]{8,64}\b"
    r"|\b(?:org|proj|acct|team|user|channel)[-_][A-Za-z0-9]{8,64}\b|通道「[^」]{1,60}」(?:（#\d+）)?|(?:channel|渠道|通道)\s?#\d+",
    re.IGNORECASE,
)
REMOVED = "[removed]"


def for_caller(words: str, account: str, ids: tuple[str, ...] = ()) -> str:
    """The words without addresses, `ids`, the name of the `account` and secrets."""
    text = _ID.sub(lambda found: "" if "id" in found.group().lower()[:12] and " " in found.group() else REMOVED, words)
    for pattern in (_ADDRESS, _NUMBERED, _HOST):
        text = pattern.sub(REMOVED, text)
    for found in ids:
        text = text.replace(found, REMOVED)
    if len(account) > 1:
        text = re.sub(rf"(?<![\w-]){re.escape(account)}(?![\w-])", REMOVED, text, flags=re.IGNORECASE)
    return redact(text).text.strip()
