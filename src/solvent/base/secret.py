"""Secrets never travel: keys, tokens, e-mail addresses, phone and account numbers and home paths are struck from a text before it
is stored, shown to others or sent on, and the reader is told how many of each.

Request ids, model names and amounts stay: a report needs them. A masked key (`sk-ab***yz`) is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from solvent.base.patterns import Pattern, PatternSet


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text that is left, and how many secrets of each kind were struck (kinds in order of first appearance)."""

    text: str
    struck: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """`sketch` is the RE2 expression that tells, for all kinds in one pass, whether `exact` is worth running, and in a long text where:
    every match of `exact` holds one of the sketch, and ends within `reach` characters after it.

    A group `secret` is struck alone, else the whole match is. `guessed` says that only a label tells, so that the value must look
    like a secret too.
    """

    name: str
    sketch: str
    exact: re.Pattern[str]
    guessed: bool = False
    reach: int = 1_000


# Where a key begins: not inside a word; the end of an escape (`\\n`, `%20`, `\\u0022`, `[32m`) is no part of one.
_BEGINS = r"(?:(?<![A-Za-z0-9-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\[\dm)|(?<=\[\d\dm))"
# Bodies that may hold separators, and bodies that are one run: names of packages and regions begin alike, but hold words.
_LONG = (
    r"(?:sk[-_]|rk_|pk_|xai-|pplx-|nvapi-|github_pat_|glpat-|AIza|ya29\.|AQ\.|GOCSPX-|1//0|sess-|xox[abeprs]-|xapp-|pypi-|lsv2_(?:pt|sk)_|whsec_"
    r"|ABSK|bedrock-api-key-|bce-v3/ALTAK-|sk-or-v1-|cfut_)(?=[A-Za-z_.-]{0,80}\d|[A-Za-z]{30})[A-Za-z0-9_\-./+]{15,400}=*"
)
_RUN = (
    r"(?:gsk_|r8_|hf_|fw_|csk-|gh[posur]_|AKID|LTAI|AKLT|dop_v1_|jina_|tvly-|fc-|key-|npm_|app-|dataset-|fastgpt-|pat_|tgp_v1_)"
    r"(?=[A-Za-z_-]{0,40}\d|[A-Za-z]{30})[A-Za-z0-9]{16,200}"
)
_FIXED = (
    r"pa-[A-Za-z0-9_-]{36,60}|(?:AKIA|ASIA)[A-Za-z0-9]{16,200}"
    r"|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{20,80}|\d{8,10}:AA[A-Za-z0-9_-]{30,40}"
    r"|[0-9a-f]{32}\.[A-Za-z0-9]{16}|[0-9a-f]{32}:[A-Za-z0-9+/]{24,60}=*|[A-Za-z0-9]{40,60}JQQJ99[A-Za-z0-9]{16,40}"
    r"|[A-Za-z0-9]{3}8Q~[A-Za-z0-9._~-]{30,40}|24\.[0-9a-f]{32}\.\d{3,10}\.\d{6,12}\.\d{3,8}-\d{3,12}"
)
# A label in front of a secret: what it is called, a separator of any language, an opening quote.
_LABEL = (
    r"(?:authorization|(?:[a-z0-9]{1,30}[-_.]){0,4}(?:api[-_ ]?key|apikey|access[-_ ]?key(?:[-_ ]?id)?|account[-_ ]?key"
    r"|shared[-_ ]?access[-_ ]?key|subscription[-_ ]?key"
    r"|secret(?:[-_ ]?(?:access)?[-_ ]?key)?|(?:auth|access|refresh|session|bearer|id)[-_ ]?token|client[-_ ]?secret"
    r"|passw(?:or)?d|pwd|(?<=[_-])(?:key|token))|token|密码|密钥|令牌)"
)
_JOIN = (
    r"\\{0,8}[\"'”’]?\s{0,4}(?:[:：=]|=>|,\s?b?|\bis\b|是|为|provided:|>)\s{0,4}"
    r"\\{0,8}b?[\[(\"'“‘]{0,2}\\{0,8}[\"']?(?:(?:bearer|basic|token)\s{1,6})?"
)
_VALUE = (
    r"(?!\$|\*|<|\{|(?:none|null|true|false|undefined|your|env|removed|os\.|process\.|getenv)(?![A-Za-z0-9]))"
    r"(?P<secret>[^\s\"'“”‘’,;)}\]<>\\]{8,500}(?<!\.))"
)
_KINDS: tuple[_Kind, ...] = (
    _Kind(
        "private-key",
        r"(?:-|\\u002d){5}BEGIN ",
        re.compile(
            r"(?:-|\\u002d){5}BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?(?:-|\\u002d){5}"
            r"(?:(?:(?!-----END)[\s\S]){0,8000}-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\\"',>|│:-]{0,8000})"
        ),
        reach=9_000,
    ),
    _Kind(
        "token",
        r"eyJ",
        re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}(?:\.[A-Za-z0-9_-]{0,1000})?"),
        reach=8_000,
    ),
    _Kind(
        "key",
        r"sk[-_]|rk_|pk_|xai-|pplx-|nvapi-|github_pat_|glpat-|AIza|ya29\.|AQ\.|GOCSPX-|1//0|sess-|xox[abeprs]-|xapp-|pypi-|lsv2_|whsec_|ABSK"
        r"|bedrock-api-key-|bce-v3|cfut_|gsk_|r8_|hf_|fw_|csk-|gh[posur]_|AKID|LTAI|AKLT|dop_v1_|pa-|jina_|tvly-|fc-|key-|npm_|app-|dataset-"
        r"|fastgpt-|pat_|tgp_v1_|AKIA|ASIA|SG\.|:AA|[0-9a-f]{32}[.:]|JQQJ99|8Q~|24\.[0-9a-f]{32}",
        re.compile(f"{_BEGINS}(?:{_LONG}|{_RUN}|{_FIXED})"),
    ),
    _Kind("web-hook", r"/services/T|/bot/v2/hook/", re.compile(r"(/services/|/bot/v2/hook/)(?P<secret>[A-Za-z0-9/_-]{20,120})")),
    _Kind(
        "credential",
        r"authorization|key|token|secret|passw|pwd|密码|密钥|令牌",
        re.compile(f"((?<![A-Za-z0-9]){_LABEL}{_JOIN}){_VALUE}", re.IGNORECASE),
        guessed=True,
    ),
    _Kind(
        "credential",
        r"bearer|basic |[?&;](?:key|api_key|apikey|token|access_token|sig|signature)=|u0026",
        re.compile(
            r"(\b(?:bearer|basic)(?:\s|%20|\xa0){1,6}|(?:[?&;]|\\u0026)(?:key|api_key|apikey|token|access_token|sig|signature)=)"
            r"(?P<secret>(?!\$|\*|<|\{)[A-Za-z0-9_+/=.~%-]{12,500})",
            re.IGNORECASE,
        ),
        guessed=True,
    ),
    _Kind(
        "credential",
        r"curl.{0,400} (?:-u|--user)[ =]",
        re.compile(r"(curl\b[^\n]{0,400}? (?:-u|--user)[ =][\"']?[^\s:\"']{0,60}:)(?P<secret>[^\s\"']{3,200})"),
    ),
    _Kind(
        "cookie",
        r"cookie",
        # A count of them is none.
        re.compile(
            r"((?:set-)?cookies?[\"']?\s{0,3}[:=,]\s{0,3}[\[{(]?\s?[\"']?)(?!\s{0,4}(?:\d{1,9}|true|false|null|none)\s{0,3}[,}\])])"
            r"(?P<secret>[^\n]{0,60}[=:][^\n]{6,4000})",
            re.IGNORECASE,
        ),
        reach=5_000,
    ),
    _Kind("url-password", r"://[^\s/]*@", re.compile(r"(://[^\s:/@]{0,60}:)(?P<secret>[^\s/]{3,200})(?=@[A-Za-z0-9.-]{1,80})")),
    _Kind(
        "e-mail",
        r"[a-z0-9]@[a-z0-9-]+\.[a-z]",
        re.compile(r"(?<![A-Za-z0-9._%+-])(?!git@)[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9])"),
    ),
    _Kind(
        "home-path",
        r"/home/|[/\\]users[/\\]",
        re.compile(
            r"((?:/home/|/Users/|[A-Za-z][:：]\\{1,8}Users\\{1,8}|[A-Za-z]:/Users/))"
            r"(?P<secret>(?!user[/\\]|you[/\\]|runner[/\\])[^/\\\s\"':;,<>|]{1,60})",
            re.IGNORECASE,
        ),
    ),
    _Kind(
        "phone",
        r"(?:phone|mobile|tel|cell|whatsapp|wechat|手机|电话|微信|联系).{0,30}\d{4}",
        re.compile(
            r"((?:phone|mobile|\btel|\bcell|whatsapp|wechat|手机|电话|微信|联系方式)(?:[ _-]?(?:number|no\.?|号码?))?"
            r"\\{0,4}[\"']?\s{0,2}(?:[:：=]|\bis\b|是|为)?\s{0,2}\\{0,4}[\"']?)(?P<secret>\+?\d[\d -]{5,16}\d)(?![0-9A-Za-z])",
            re.IGNORECASE,
        ),
    ),
    _Kind(
        "phone",
        r"1[3-9]\d[-\s]+\d{4}[-\s]+\d{4}|86[- ]?1[3-9]\d",
        re.compile(
            r"(?<![0-9A-Za-z.-])(?:\+?86[- ]?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|1[3-9]\d(?:-\d{4}-|\s{1,2}\d{4}\s{1,2})\d{4})(?![0-9A-Za-z-])"
        ),
    ),
    _Kind("phone", r"\+[1-9]\d{9}", re.compile(r"(?<![0-9A-Za-z+_-])\+[1-9]\d{9,13}(?![0-9A-Za-z+=])")),
    _Kind(
        "phone",
        r"1[3-9]\d{9}",
        # Eleven digits alone are a number of something else where a label of quotas, counts and ids says so.
        re.compile(
            r"(?<![0-9A-Za-z.+_-])(?<!:)(?<!quota )(?<!\": )(?<!额度: )(?<!余额: )(?<!额度：)(?<!余额：)"
            r"(?<!uota: )(?<!used: )(?<!limit: )(?<!count: )"
            r"(?<!total: )(?<!token: )(?<!okens: )(?<!alance: )(?<!maining: )(?<! id: )(?<! ID: )1[3-9]\d{9}(?![0-9A-Za-z_-])"
        ),
    ),
    _Kind(
        "phone",
        r"\+[1-9]\d{0,2}[-\s]",
        re.compile(r"(?<![0-9A-Za-z])\+[1-9]\d{0,2}[-\s]{1,2}\(?\d{2,4}\)?[-\s]{1,2}\d{3,4}[-\s]{0,2}\d{4}(?![0-9A-Za-z])"),
    ),
    _Kind(
        "account-number",
        r"(?:account|acct|账|帐|uid|用户|卡号|身份证).{0,16}\d(?:[ -]?\d){6}",
        re.compile(
            r"(?i)((?:(?:account|acct)(?:[ _-]?(?:number|num|no\.?|id))?|[账帐][户号](?: ?(?:id|号码?))?"
            r"|uid|用户 ?id|银行卡号?|卡号|身份证号?码?)\\{0,4}[\"']?\s{0,2}(?:[:=：#]|\bis\b|是|为)?\s{0,2}\\{0,4}[\"']?)"
            r"(?P<secret>\d(?:[ -]?\d){6,18}[Xx]?)(?![0-9A-Za-z])"
        ),
    ),
    _Kind(
        "account-number",
        r"arn[:：]aws",
        re.compile(r"(arn[:：]aws[a-z-]{0,10}[:：][a-z0-9-]{1,20}[:：][a-z0-9-]{0,20}[:：])(?P<secret>\d{12})(?=[:：])"),
    ),
    _Kind(
        "organization",
        r"(?:org|proj|acct|team|user)[-_][a-z0-9]{16}",
        re.compile(r"(?<![A-Za-z0-9])(?:org|proj|acct|team|user)[-_](?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{16,40}(?![A-Za-z0-9-])"),
    ),
)
_SKETCHES = PatternSet([kind.sketch for kind in _KINDS])
_SKETCH = {kind.sketch: Pattern(kind.sketch) for kind in _KINDS}
_PASSWORD = re.compile(r"passw|pwd|密码|secret|basic|authorization", re.IGNORECASE)
_TURNS = re.compile(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]")
MASKED_MAX = 16
_LONG_TEXT = 4_096
# With more places than these, one run over the whole text is as quick.
_PLACES_MAX = 64
# How far before the sketch a match may begin: its label.
_BEFORE = 400


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A secret in a text, and from where on its label tells that it is one."""

    label: int
    start: int
    end: int
    kind: str


def spans(text: str) -> list[Span]:
    """Where the secrets stand, in order."""
    found: list[Span] = []
    for kind in (_KINDS[number] for number in _SKETCHES.found_in(text)):
        place = "secret" if "secret" in kind.exact.groupindex else 0
        matches = (match for match in _matches(kind, text) if _is_secret(kind, match))
        found += [Span(match.start(), *match.span(place), kind.name) for match in matches]
    return sorted(found)


def redact(text: str) -> Redacted:
    """Strikes every secret; each becomes `[<kind> removed]`, so that the text stays readable."""
    counts: dict[str, int] = {}
    for number in sorted(_SKETCHES.found_in(text)):
        kind, place = _KINDS[number], 0
        left: list[str] = []
        for found in _matches(kind, text):
            if _is_secret(kind, found):
                counts[kind.name] = counts.get(kind.name, 0) + 1
                left += (text[place : found.start()], _parts(found)[0], f"[{kind.name} removed]")
                place = found.end()
        text = "".join((*left, text[place:]))
    return Redacted(text, tuple(counts.items()))


def _matches(kind: _Kind, text: str) -> Iterator[re.Match[str]]:
    """The matches of a kind in order. The exact expressions are slow: in a long text they run only around the places of the sketch."""
    places = _SKETCH[kind.sketch].spans(text, _PLACES_MAX) if len(text) > _LONG_TEXT else []
    if not 0 < len(places) < _PLACES_MAX:
        yield from kind.exact.finditer(text)
        return
    start, stop = 0, 0
    for begin, end in (*places, (len(text) + _BEFORE + 1, 0)):
        if begin - _BEFORE > stop:
            yield from kind.exact.finditer(text, start, stop)
            start = max(begin - _BEFORE, 0)
        stop = min(max(stop, end + kind.reach), len(text))


def _parts(found: re.Match[str]) -> tuple[str, str]:
    """The label that stays, and the secret behind it."""
    whole = found.group()
    secret = found.group("secret") if "secret" in found.re.groupindex else whole
    return whole[: len(whole) - len(secret)], secret


def _is_secret(kind: _Kind, found: re.Match[str]) -> bool:
    label, secret = _parts(found)
    masked = "***" in secret and len(secret.replace("*", "")) <= MASKED_MAX
    return not masked and not secret.startswith("[") and not (kind.guessed and not _looks_secret(secret, label))


def _looks_secret(value: str, label: str) -> bool:
    """Whether a value behind a label is one: passwords need no more, keys must not be made of words."""
    if _PASSWORD.search(label):
        return any(not char.isalpha() for char in value) or len(value) >= 12
    if not any(char.isdigit() for char in value):
        return len(value) >= 32 and value.isalnum()
    mixed = any(char.isupper() for char in value) and any(char.islower() for char in value)
    return len(value) >= 32 or mixed or len(_TURNS.findall(value)) >= 4
