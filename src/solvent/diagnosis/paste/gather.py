"""Collects what programs wrote into structured fragments: errors, codes, statuses and ids, from any depth."""

from __future__ import annotations

import re
from typing import Any

from solvent.diagnosis.paste import fragments, normalise
from solvent.diagnosis.paste.reading import ErrorObject

MESSAGE_MAX = 2_000
_VISITS_MAX = 2_000
_DEPTH_MAX = 24
_STRING_MAX = 24_000

_MESSAGE_KEYS = (
    "message",
    "msg",
    "error_msg",
    "errmsg",
    "err_msg",
    "status_msg",
    "errormessage",
    "error_message",
    "detail",
    "details",
    "reason_text",
    "error_description",
    "description",
    "title",
)
_CODE_KEYS = frozenset(
    {
        "code",
        "error_code",
        "errcode",
        "err_code",
        "errorcode",
        "status_code_name",
        "reason",
        "error_type",
        "error_name",
        "name",
        "__type",
        "limit_source",
        "provider_error_code",
        "quotaid",
        "finish_reason",
        "blockreason",
        "block_reason",
        "status",
        "lc_error_code",
        "stop_reason",
        "raw_code",
    }
)
# Fields of an error object that tell its status, in the order in which they are believed; and those that tell one anywhere.
_STATUS_FIELDS = ("status", "status_code", "statuscode", "http_code", "httpcode", "code")
_STATUS_KEYS = frozenset({*_STATUS_FIELDS, "http_status", "httpstatus", "http", "error_code"})
_ID_KEYS = frozenset(
    {
        "request_id",
        "requestid",
        "request-id",
        "x-request-id",
        "req_id",
        "rid",
        "sid",
        "trace_id",
        "traceid",
        "log_id",
        "logid",
        "x-tt-logid",
        "instance",
        "cf-ray",
        "ray_id",
        "x-oneapi-request-id",
        "x-new-api-request-id",
        "x-amzn-requestid",
        "apim-request-id",
    }
)
_SKIPPED = frozenset({"headers", "choices", "messages", "tools", "input", "failed_generation", "content", "usage"})
# What names nothing else: an `id` beside an error that is long and holds digits.
_OPAQUE = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9_-]{20,100}")
_FAILING = re.compile(r"[45][0-9][0-9]")
_SUCCESS = re.compile(r"chat\.completion(?:\.chunk)?$|^message$|^list$|^response$|^text_completion$|^embedding$")

# Searched in small letters, because an expression that minds no case is several times slower.
_KEY_VALUE = re.compile(
    r"""(?P<key>error_code|errorcode|code|type|reason|error_type|status|provider_error_code|limit_source)["'`]?\s?[:=]\s?["'`]?(?P<value>[a-z0-9_.<>-]{2,64})"""
)
_INSIDE_WORD = re.compile(r"[\w.-]")
_MESSAGE_VALUE = re.compile(r"""["']?message["']?\s?[:=]\s?(?:"(?P<double>[^"]{3,1500})|'(?P<single>[^']{3,1500}))""", re.IGNORECASE)


class Gathered:
    """What the walk over all fragments collects."""

    def __init__(self) -> None:
        self.errors: list[ErrorObject] = []
        self.codes: set[str] = set()
        self.statuses: list[int] = []
        self.ids: dict[str, str] = {}
        self.answer = False
        self.visits = 0

    def walk(self, value: Any, depth: int) -> None:
        """Collects from one parsed value; `depth` counts strings and wrappers around it."""
        self.visits += 1
        if self.visits > _VISITS_MAX or depth > _DEPTH_MAX:
            return
        if isinstance(value, list):
            for item in value[:50]:
                if isinstance(item, dict | list):
                    self.walk(item, depth)
                elif isinstance(item, str) and fragments.looks_nested(item):
                    self._open_string(item, depth)
            return
        if isinstance(value, dict):
            self._object({str(key).strip("\"'` ").lower(): item for key, item in list(value.items())[:80]}, depth)

    def _object(self, fields: dict[str, Any], depth: int) -> None:
        kind = fields.get("object") or fields.get("type")
        named = isinstance(kind, str) and _SUCCESS.search(kind) is not None
        if (named and not fields.keys().isdisjoint(("choices", "content", "usage", "data"))) or _chosen(fields.get("choices")):
            self.answer = True
        message = _message_of(fields)
        code, kind_text = _scalar(fields.get("code") or fields.get("error_code") or fields.get("status")), _scalar(fields.get("type"))
        if message or ((code or kind_text) and "error" not in fields and ("code" in fields or kind_text.lower().endswith("error"))):
            self.errors.append(
                ErrorObject(
                    message=message[:MESSAGE_MAX],
                    code=code,
                    kind=kind_text,
                    status=_status_of(fields),
                    depth=depth,
                    claude_shape=bool(fields.get(".claude")),
                    empty_param=fields.get("param") == "" and "param" in fields,
                    map_order=bool(fields.get(".map_order")),
                )
            )
        for key, item in fields.items():
            self._field(key, item, depth, fields)

    def _field(self, key: str, item: Any, depth: int, fields: dict[str, Any]) -> None:
        if isinstance(item, str | int) and not isinstance(item, bool):
            text = str(item)
            if (key in _CODE_KEYS or key in {"type", "error"}) and len(text) <= 100:
                self.codes.add(text.lower())
                if key == "type":
                    self.codes.add(f"type:{text.lower()}")
            if (key in _STATUS_KEYS or (key == "param" and _hands_on(fields))) and _FAILING.fullmatch(text):
                self.statuses.append(int(text))
            if (key in _ID_KEYS and text) or (key == "id" and len(text) == 36 and text.count("-") == 4):
                self.ids.setdefault(key if key not in self.ids else f"{key}{len(self.ids)}", text)
            elif key == "id" and _OPAQUE.fullmatch(text) and ("error" in fields or "message" in fields):
                self.ids.setdefault(f"id{len(self.ids)}", text)
            if isinstance(item, str) and fragments.looks_nested(item) and key not in _SKIPPED:
                self._open_string(item, depth)
        elif isinstance(item, dict):
            if key in _SKIPPED and key != "headers":
                return
            if key == "error":
                item = {**item, ".claude": fields.get("type") == "error", ".map_order": _map_order(fields, item)}
            self.walk(item, depth + 1)
        elif isinstance(item, list) and key not in _SKIPPED:
            self.walk(item, depth + 1)

    def _open_string(self, text: str, depth: int) -> None:
        if depth > 12:
            return
        for piece in fragments.find(text[:_STRING_MAX]):
            self.walk(piece.value, depth + 2)


def _chosen(choices: Any) -> bool:
    """Whether these are a model's answers, whole or in pieces, none of which a filter ended."""
    return (
        isinstance(choices, list)
        and bool(choices)
        and all(
            isinstance(choice, dict) and ("delta" in choice or "message" in choice) and choice.get("finish_reason") != "content_filter"
            for choice in choices
        )
    )


def _map_order(outer: dict[str, Any], inner: dict[str, Any]) -> bool:
    """Whether the keys stand as new-api writes a Claude-shaped error: a sorted Go map around a struct of `type` and `message`.

    Anthropic itself writes `type` before `error` and adds its `request_id`.
    """
    return list(outer) == ["error", "type"] and [str(key) for key in inner][:2] == ["type", "message"]


def _scalar(value: Any) -> str:
    return str(value)[:100] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _message_of(fields: dict[str, Any]) -> str:
    for key in _MESSAGE_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    error = fields.get("error")
    if isinstance(error, str) and error.strip():
        return error.strip()
    return ""


def _hands_on(fields: dict[str, Any]) -> bool:
    """Whether `param` is the status of whoever a relay called: one-api writes it there (relay/controller/error.go)."""
    return fields.get("code") == "bad_response_status_code"


def _status_of(fields: dict[str, Any]) -> int | None:
    for key in (*_STATUS_FIELDS, "param") if _hands_on(fields) else _STATUS_FIELDS:
        value = str(fields.get(key, ""))
        if _FAILING.fullmatch(value[:3]) and not value[3:4].isdigit():
            return int(value[:3])
    return None


def add_loose(flat: str, gathered: Gathered) -> None:
    """Fields that stand outside any readable object: cut-off heads, commented lines, `key: value` listings."""
    lower = normalise.lowered(flat)
    found = _KEY_VALUE.search(lower)
    while found is not None:
        start = found.start()
        if start and _INSIDE_WORD.match(lower, start - 1):
            found = _KEY_VALUE.search(lower, start + 1)
            continue
        value = found.group("value").rstrip(".")
        gathered.codes.add(value)
        if found.group("key") == "type":
            gathered.codes.add(f"type:{value}")
        found = _KEY_VALUE.search(lower, found.end())
    if "message" in lower and not any(error.message for error in gathered.errors):
        for found in _MESSAGE_VALUE.finditer(flat):
            message = found.group("double") or found.group("single")
            gathered.errors.append(ErrorObject(message.strip(), "", "", None, depth=len(gathered.errors)))
            if len(gathered.errors) > 20:
                break
