"""What a caller may read of an upstream's words about the caller's own request: nothing that tells whom the operator calls.

Addresses, hosts, ids, the account's name and secrets are struck; field names that look like hosts (`messages.0.content`) stay. The
words are made one line without control characters, since they go into errors and logs.
"""

from __future__ import annotations

import re

from solvent.base.disguise import strike
from solvent.diagnosis.paste import normalise

_ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s\"'<>)\]]{1,400}", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PATH = r"(?::\d{1,5})?(?:/[^\s\"'<>)\]]{0,300})?"
# Endings of hosts; those that are names of fields too (`id`, `name`, `tools`, `type`) are left out.
_ENDINGS = (
    r"com|net|org|io|ai|cn|dev|app|xyz|top|me|cc|tech|cloud|site|online|shop|run|live|uk|de|fr|jp|kr|ru|hk|tw|us|eu|sg|in|co|vip|pro|club"
    r"|fun|icu|ltd|world|wang|asia|ink|art|gg|im|tv|la|biz|mobi|studio|systems|space|website|ca|au|nl|ch|se|es|br|vn|th|ph|nz|pl|cz|dk|fi|pt"
    r"|tr|il|ae|za|mx|internal|local|localdomain|lan|svc|invalid|example|test"
)
_HOST = re.compile(rf"(?<![\w.@-])(?:{_LABEL}\.){{1,8}}(?:{_ENDINGS})(?![\w-]|\.\w){_PATH}", re.IGNORECASE)
# Of an unknown ending: what begins as addresses of an API do, or ends in a port.
_LIKE_A_HOST = re.compile(
    rf"(?<![\w.@-])(?:(?:api|www|gateway|relay|proxy)[a-z0-9-]{{0,20}}(?:\.{_LABEL}){{2,6}}(?![\w-]|\.\w){_PATH}"
    rf"|{_LABEL}(?:\.{_LABEL}){{1,6}}:\d{{2,5}}\b(?:/[^\s\"'<>)\]]{{0,300}})?)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?!\w|\.\w)|\blocalhost(?::\d{1,5})?\b"
    r"|\[(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{3,39}\](?::\d{1,5})?",
    re.IGNORECASE,
)
# An id has a digit in it: `request idempotency` is none.
_LABELLED = r"\b(?:request|trace|log)[ _-]?id[\"'`]?\s{0,3}[:=]?\s{0,3}(?=[A-Za-z_.:-]{0,64}\d)[A-Za-z0-9_.:-]{6,128}"
_ASIDE = re.compile(rf"\s{{0,3}}(?:\({_LABELLED}\)|\[{_LABELLED}\])", re.IGNORECASE)
_ID = re.compile(
    rf"{_LABELLED}|\b[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}\b|\breq_[A-Za-z0-9]{{8,64}}\b"
    r"|\b(?:organi[sz]ation|project)[ :]{1,2}(?:org|proj)[-_][A-Za-z0-9]{2,64}\b|\b(?:org-|proj_)[A-Za-z0-9]{16,64}\b"
    r"|\b(?:org|proj|acct|team|user|channel)[-_](?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{8,64}\b|通道「[^」]{1,60}」(?:（#\d+）)?|(?:channel|渠道|通道)\s?#\d+",
    re.IGNORECASE,
)
REMOVED = "[removed]"


def holds_address(words: str) -> bool:
    """Whether an address or a host stands in the words."""
    return any(pattern.search(words) for pattern in (_ADDRESS, _NUMBERED, _HOST, _LIKE_A_HOST))


def for_caller(words: str, account: str, ids: tuple[str, ...] = ()) -> str:
    """The words in one line without addresses, `ids`, the name of the `account` and secrets."""
    text = _ASIDE.sub("", " ".join(normalise.printable(words).split()))
    for found in sorted(ids, key=len, reverse=True):
        text = text.replace(found, REMOVED)
    for pattern in (_ID, _ADDRESS, _NUMBERED, _HOST, _LIKE_A_HOST):
        text = pattern.sub(REMOVED, text)
    if len(account) > 1:
        text = re.sub(rf"(?<![\w-]){re.escape(account)}(?![\w-])", REMOVED, text, flags=re.IGNORECASE)
    return strike(text).text.strip()
