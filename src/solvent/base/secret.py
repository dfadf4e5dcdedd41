"""Secrets never travel: keys, tokens, e-mail addresses, phone and account numbers and home paths are struck from a text before it
is stored, shown to others or sent on, and the reader is told how many of each.

Request ids, model names and amounts stay: a report needs them. A masked key (`sk-ab***yz`) is no secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from solvent.base.patterns import PatternSet


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text that is left, and how many secrets of each kind were struck (kinds in order of first appearance)."""

    text: str
    struck: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """`sketch` is the RE2 expression that tells, for all kinds in one pass, whether `exact` is worth running."""

    name: str
    sketch: str
    exact: re.Pattern[str]


_KEY_PREFIX = (
    r"(?:sk-|sk_|pk_|rk_|xai-|gsk_|pplx-|r8_|hf_|fw_|tgp_v1_|csk-|nvapi-|gh[posur]_|github_pat_|glpat-|AIza|ya29\.|AQ\.|AKIA|ASIA|LTAI|xox[abprs]-"
    r"|SG\.|dop_v1_|whsec_|pa-|jina_|tvly-|lsv2_(?:pt|sk)_|cfut_|fc-|key-)"
)
# Where a key begins: not inside a word; the `n` of an escaped line end is no part of one.
_BEGINS = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
_KINDS: tuple[_Kind, ...] = (
    _Kind(
        "private-key",
        r"-----BEGIN ",
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"),
    ),
    _Kind("token", r"eyJ", re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}(?:\.[A-Za-z0-9_-]{0,1000})?")),
    _Kind(
        "key",
        _KEY_PREFIX + r"[-_.a-z0-9]{16}",
        re.compile(_BEGINS + _KEY_PREFIX + r"(?=[A-Za-z_.-]{0,60}\d)[A-Za-z0-9_\-.]{15,250}(?<![.])"),
    ),
    _Kind(
        "credential",
        r"authorization|bearer |api[-_ ]?key|goog-api-key|(?:access|auth)[-_ ]?token|secret|passw|密码|密钥"
        r"|[?&](?:key|token|sig|signature)=",
        re.compile(
            r"""(?i)((?:authorization|proxy-authorization)\\{0,4}["']?\s{0,3}[:=]\s{0,3}\\{0,4}["']?(?:bearer|basic|token)?\s{0,3}
            |\bbearer\s{1,3}
            |(?:x-api-key|x-goog-api-key|api[-_ ]?key|apikey|(?:access|auth)[-_ ]?token|secret(?:[-_ ]?(?:access)?[-_ ]?key)?
              |passw(?:or)?d|密码|密钥)\\{0,4}["']?\s{0,3}[:=：]\s{0,3}\\{0,4}["']?
            |[?&](?:key|api_key|apikey|token|access_token|sig|signature)=)
            (?P<secret>(?!\$|\*|<|\{|None|null|true|false|undefined|your|env|removed)(?=[A-Za-z_+/=.~-]{0,60}\d)
              [A-Za-z0-9_+/=.~-]{8,500})""",
            re.VERBOSE,
        ),
    ),
    _Kind("cookie", r"cookie", re.compile(r"(?i)((?:set-)?cookie[\"']?\s{0,3}:\s{0,3}[\"']?)(?P<secret>[^\s\"';]{3,60}=[^\n\"']{8,4000})")),
    _Kind("url-password", r"://[^\s/@]+@", re.compile(r"(://[^\s:/@]{1,60}:)(?P<secret>[^\s@/]{3,200})(?=@)")),
    _Kind(
        "e-mail",
        r"[a-z0-9]@[a-z0-9-]+\.[a-z]",
        re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9])"),
    ),
    _Kind(
        "home-path",
        r"/home/|[/\\]users[/\\]",
        re.compile(
            r"((?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2}))(?P<secret>(?!user[/\\]|you[/\\]|runner[/\\])[^/\\\s\"':;,<>|]{1,60})"
        ),
    ),
    _Kind(
        "phone",
        r"1[3-9]\d[- ]?\d{4}[- ]?\d{4}",
        re.compile(r"(?<![0-9A-Za-z.+_-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z_-])"),
    ),
    _Kind(
        "phone", r"\+[1-9]\d{0,2}[ -]", re.compile(r"(?<![0-9A-Za-z])\+[1-9]\d{0,2}[ -]\(?\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}(?![0-9A-Za-z])")
    ),
    _Kind(
        "account-number",
        r"(?:account|账|uid|用户).{0,12}\d{7}",
        re.compile(
            r"(?i)((?:account|账[户号]|accountid|account_id|uid|用户 ?id)[\"']?\s{0,2}[:=：]?\s{0,2}[\"']?)"
            r"(?P<secret>\d{7,16})(?![0-9A-Za-z])"
        ),
    ),
    _Kind("account-number", r"arn:aws", re.compile(r"(arn:aws[a-z-]{0,10}:[a-z0-9-]{1,20}:[a-z0-9-]{0,20}:)(?P<secret>\d{12})(?=:)")),
    _Kind(
        "organization",
        r"(?:org|proj|acct|team|user)[-_][a-z0-9]{16}",
        re.compile(r"(?<![A-Za-z0-9])(?:org|proj|acct|team|user)[-_](?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{16,40}(?![A-Za-z0-9-])"),
    ),
)
_SKETCHES = PatternSet([kind.sketch for kind in _KINDS])


def redact(text: str) -> Redacted:
    """Strikes every secret; each becomes `[<kind> removed]`, so that the text stays readable."""
    counts: dict[str, int] = {}
    for number in sorted(_SKETCHES.found_in(text)):
        kind = _KINDS[number]

        def strike(found: re.Match[str], name: str = kind.name) -> str:
            if "***" in found.group():
                return found.group()
            counts[name] = counts.get(name, 0) + 1
            kept = found.group(1) if "secret" in found.re.groupindex else ""
            return f"{kept}[{name} removed]"

        text = kind.exact.sub(strike, text)
    return Redacted(text, tuple(counts.items()))
