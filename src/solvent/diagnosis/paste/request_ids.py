"""Request ids: who issued one, and every instant that it can mean.

Shapes of the one-api family were read in the sources of one-api (common/helper) and new-api (common/utils, middleware/request-id):
14 digits of local or UTC time, then nanoseconds, then either 8 digits (one-api), 8 letters and digits (new-api), or 8 hex digits of
the Go module path's hash and 8 letters and digits (new-api since April 2026). new-api wrote server-local time until 2026-01-22 and
UTC after it, and the shipped compose file sets Asia/Shanghai, so an id younger than that day can mean two instants.

A layer of Solvent signs `(solvent request id: …)`, and its id tells the millisecond in UTC (`base.ids`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from solvent.base.ids import REQUEST_ID, came_at_ms
from solvent.diagnosis.paste import normalise
from solvent.model.verdict import RequestId

# sha256("github.com/QuantumNous/new-api"), its first four bytes: the constant inside ids of unmodified new-api.
NEW_API_MODULE = "8268d9d6"
_UTC_CHANGE = datetime(2026, 1, 22, 11, 46, tzinfo=UTC)
# Releases from this day on write the module hash; an id that has it comes from code that writes UTC.
_HASH_CHANGE = datetime(2026, 4, 2, tzinfo=UTC)
_BEIJING = timedelta(hours=8)

_STAMP = r"20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"
_RELAY_ID = re.compile(rf"(?<![0-9A-Za-z])({_STAMP})(\d{{1,9}})([0-9a-f]{{8}})?([0-9A-Za-z]{{8}})(?![0-9A-Za-z])")
_LOOSE_RELAY_ID = re.compile(rf"^{_STAMP}[0-9A-Za-z]{{3,30}}$")
# Zhipu and ByteDance begin their ids with the time, too, as answers show that people pasted; these are no relay's.
_ZHIPU = re.compile(rf"(?<![0-9A-Za-z]){_STAMP}(?=\d{{0,15}}[a-f])[0-9a-f]{{16}}(?![0-9A-Za-z])")
_BYTEDANCE = re.compile(rf"(?<![0-9A-Za-z]){_STAMP}(?=\d{{0,19}}[A-F])[0-9A-F]{{20}}(?![0-9A-Za-z])")
# What Ark's own SDK signs a call with: local time and 20 random signs (volcenginesdkarkruntime/_utils/_utils.py).
_ARK_SDK = re.compile(rf"(?<![0-9A-Za-z]){_STAMP}(?=\d{{0,8}}[A-Za-z])[0-9A-Za-z]{{20}}(?![0-9A-Za-z])")
# Alibaba Cloud's gateway writes UUIDs of a version 9, which RFC 9562 does not know: so in answers of Model Studio that people pasted.
_ALIBABA = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-9[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_DATED = re.compile(f"{_ZHIPU.pattern}|{_BYTEDANCE.pattern}|{_ARK_SDK.pattern}")
_PREFIXED = re.compile(r"(?<![A-Za-z0-9_])req_(?:[0-9]{3}[A-Za-z0-9]{8,}|[0-9a-f]{32}|[A-Za-z0-9]{16,})(?![A-Za-z0-9])")
_STAMPED = re.compile(r"20\d{12}")
_OURS = re.compile(rf"(?<![0-9A-Za-z]){REQUEST_ID}(?![0-9A-Za-z])")
_ARK = re.compile(r"(?<![0-9a-f])02(1[4-9]\d{11})[0-9a-f]{30,40}(?![0-9a-f])")
# Searched in small letters, because an expression that minds no case is five times slower, and from `id` on, for the same reason.
_LABELLED = re.compile(
    r"""id(?:(?<=request[ _-]id)|(?<=requestid)|(?<=trace[ _-]id)|(?<=traceid)|(?<=req[ _-]id)|(?<=reqid)|(?<=请求\sid)|(?<=请求id)
    |(?<=ray\ id)|(?<=request_\ id)|(?<![a-z]sid)(?<=sid)(?=:))["'`]?\s{0,3}(?:[:：=]|\s)\s{0,3}["'`(]?
    (?P<id>(?:root=)?[a-z0-9][a-z0-9_.;=:@-]{2,127})""",
    re.VERBOSE,
)
# Vercel's edge: the regions that the call passed, the time in milliseconds and a part of chance.
_VERCEL = re.compile(r"(?<![0-9a-z])(?:[a-z]{3}\d::){1,3}[0-9a-z]{4,6}-(1[4-9]\d{11})-[0-9a-f]{12}(?![0-9a-f])")
# What is in a text that holds an id of a shape, and the shape.
_SHAPES = (("req_", _PREFIXED), ("slv-", _OURS), ("021", _ARK), ("::", _VERCEL))
# AiHubMix signs `(tid: …)`.
_SUFFIX = re.compile(r"\((?:(?:solvent )?request id|tid):?\s{0,3}([0-9A-Za-z_-]{6,64})", re.IGNORECASE)
# No relay of the family signs so, but services of AWS and what is built on them do.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# As a client writes the id that it was sent: `HTTP 403, request 7e2c9a54-…`.
_OF_REQUEST = re.compile(rf"equest ({_UUID.pattern.replace('a-f', 'a-fA-F')})")
_NOT_IDS = frozenset({"null", "none", "undefined", "string", "request", "header", "the", "and", "for", "from", "when", "is", "to"})
IDS_MAX = 12
# How many characters may stand between the suffixes of one error.
_APART = 24
SOLVENT = "solvent"
_SIGNING_ISSUERS = frozenset({"new-api", "one-api", "new-api-fork", SOLVENT})


def find(flat: str, fields: dict[str, str]) -> tuple[tuple[RequestId, ...], int]:
    """Every id in order of appearance, and how many different ones follow each other as suffixes, one for each relay that signs so.

    Suffixes apart from each other sign different errors.

    `fields` are values of fields that hold an id by their name, such as `request_id`, found by the reader.
    """
    places: dict[str, int] = {}
    lower = normalise.lowered(flat)
    layers = _signed(flat, places) if "request id" in lower or "(tid" in lower else 0
    _shaped(flat, places)
    for value in fields.values():
        if value not in places and 2 < len(value) <= 128:
            places[value] = max(flat.find(value), 0)
    if "id" in lower:
        for found in _LABELLED.finditer(lower):
            value = flat[found.start("id") : found.end("id")].rstrip(".;:")
            if value.lower() not in _NOT_IDS and any(char.isdigit() for char in value):
                places.setdefault(value, found.start("id"))
    if not places:
        return (), layers
    ordered = sorted(places, key=lambda value: places[value])[:IDS_MAX]
    # A cut-off copy of a longer id says nothing new.
    kept = [value for value in ordered if not any(other != value and other.startswith(value) for other in ordered)]
    return tuple(decode(value) for value in kept), layers


def _shaped(flat: str, places: dict[str, int]) -> None:
    """Notes where ids stand that their shape tells, or the word before them."""
    if _STAMPED.search(flat) is not None:
        for shape in (_RELAY_ID, _DATED):
            for found in shape.finditer(flat):
                places.setdefault(found.group(), found.start())
    for sign, shape in _SHAPES:
        for found in shape.finditer(flat) if sign in flat else ():
            places.setdefault(found.group(), found.start())
    for found in _OF_REQUEST.finditer(flat):
        places.setdefault(found.group(1), found.start(1))


def _signed(flat: str, places: dict[str, int]) -> int:
    """Notes where each suffix stands, and returns the number of different ones in the longest row of them."""
    rows: list[set[str]] = [set()]
    end = -_APART
    for found in _SUFFIX.finditer(flat):
        places.setdefault(found.group(1), found.start())
        if _UUID.fullmatch(found.group(1)) is not None:
            continue
        if found.start() - end > _APART:
            rows.append(set())
        rows[-1].add(found.group(1))
        end = found.end()
    return max(map(len, rows))


def decode(value: str) -> RequestId:
    """The issuer that the shape tells (`unknown` where it tells none) and the instants that the id can mean."""
    relay = _RELAY_ID.fullmatch(value)
    if relay is not None:
        return _relay_id(value, relay)
    if value.startswith("req_"):
        return RequestId(
            value, "openai" if re.fullmatch(r"req_[0-9a-f]{32}", value) else "anthropic" if value.startswith("req_01") else "unknown"
        )
    came_at = came_at_ms(value)
    if came_at is not None:
        return RequestId(value, SOLVENT, _plausible(came_at))
    ark = _ARK.fullmatch(value)
    if ark is not None:
        return RequestId(value, "volcengine", _plausible(int(ark.group(1))))
    vercel = _VERCEL.fullmatch(value)
    if vercel is not None:
        return RequestId(value, "vercel", _plausible(int(vercel.group(1))))
    if _ALIBABA.fullmatch(value) is not None:
        return RequestId(value, "alibaba")
    if value.startswith("Root=1-"):
        return RequestId(value, "huggingface")
    for issuer, shape in (("zhipu", _ZHIPU), ("volcengine", _BYTEDANCE), ("volcengine", _ARK_SDK)):
        if shape.fullmatch(value) is not None:
            return RequestId(value, issuer, _relay_times(value[:14], "one-api")[::-1])
    if _LOOSE_RELAY_ID.match(value):
        return RequestId(value, "new-api", _relay_times(value[:14], ""))
    return RequestId(value, "unknown")


def stamped(ids: Iterable[RequestId]) -> list[RequestId]:
    """The ids that layers of the one-api family or of Solvent added, in the order given."""
    return [found for found in ids if found.issuer in _SIGNING_ISSUERS]


def suffix(software: str, request_id: str) -> str:
    """The words in which a layer signs with its id."""
    return f"(solvent request id: {request_id})" if software == SOLVENT else f"(request id: {request_id})"


def _plausible(ms: int) -> tuple[str, ...]:
    """The instant so many milliseconds after 1970, unless there were no models to call then."""
    instant = datetime.fromtimestamp(ms / 1000, tz=UTC)
    return (_iso(instant),) if 2020 <= instant.year <= 2100 else ()


def _relay_id(value: str, found: re.Match[str]) -> RequestId:
    stamp, _, module, suffix = found.groups()
    if module == NEW_API_MODULE:
        issuer = "new-api"
    elif module is not None and not (module.isdigit() and suffix.isdigit()):
        issuer = "new-api-fork"
    else:
        issuer = "one-api" if suffix.isdigit() else "new-api"
    return RequestId(value, issuer, _relay_times(stamp, issuer, hashed=module is not None and not suffix.isdigit()))


def _relay_times(stamp: str, issuer: str, *, hashed: bool = False) -> tuple[str, ...]:
    try:
        written = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return ()
    in_beijing = written - _BEIJING
    if hashed and written >= _HASH_CHANGE:
        return (_iso(written),)
    if issuer != "one-api" and written < _UTC_CHANGE:
        # Code of that day wrote the server's own time, which the shipped compose file sets to Beijing.
        return (_iso(in_beijing), _iso(written))
    return (_iso(written), _iso(in_beijing))


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
