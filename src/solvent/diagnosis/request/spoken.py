"""Which API a text speaks of, and which model: by paths of fields, addresses and the calls of SDKs, never by a vendor's name alone.

Two dialects may stand in one text: that of the caller, and that in which the refusal names the field. Where they differ somebody
converted the request (see `rewriting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from solvent.catalogue.parties import Party

CHAT, RESPONSES, MESSAGES, GENERATE = "openai_chat", "openai_responses", "anthropic_messages", "gemini_generate"

_OF_GOOGLE = re.compile(
    r"function_?declarations|generation_?config|^contents\b|inline_?data|generatecontentrequest|system_?instruction|safety_?settings",
    re.IGNORECASE,
)
_OF_ANTHROPIC = re.compile(r"(?:messages|tools|system)\.\d|thinking\.budget_tokens|^anthropic-|cache_control", re.IGNORECASE)
_OF_RESPONSES = re.compile(r"^input\[|^reasoning\.|^text\.format|^previous_response_id$|^max_output_tokens$")
_OF_CHAT = re.compile(r"^messages\.?\[|tool_calls\b|^max_completion_tokens$|^response_format\b|^reasoning_effort$")
# What a caller prints of its own call: an address, or the SDK's method. The order is that of the pairs.
_CALLED: Final[tuple[tuple[str, str], ...]] = (
    ("/v1/messages", MESSAGES),
    ("messages.create(", MESSAGES),
    ("/chat/completions", CHAT),
    ("chat.completions.create(", CHAT),
    ("/chat/completions/", CHAT),
    ("/v1/responses", RESPONSES),
    ("responses.create(", RESPONSES),
    (":generatecontent", GENERATE),
    (":streamgeneratecontent", GENERATE),
    ("models.generate_content(", GENERATE),
)

_MODELS_MAX = 10
_MODEL = re.compile(
    r"""models?(?:\sgroup|\sid|_id|_name)?[\"'`]?(?:\s?[:=]\s?|\s(?:is\s)?|/)(?P<quote>[\"'`(‘“]?)(?P<name>[A-Za-z@][\w./:@-]{1,98}\w)""",
    re.IGNORECASE | re.ASCII,
)
_METHOD = re.compile(r":(?:stream)?generatecontent.{0,40}$", re.IGNORECASE)
_TELLING = re.compile(r"[\d/-]")
_OTHER_NAMES = re.compile(r"[\d/-]{0,3}(?:https?:|.{0,40}\.(?:py|js|ts|mjs|com|ai|org|dev)\b)", re.IGNORECASE)
_ALSO_SIGNS = ("output tokens for", "endpoints found for", "too large for", "inference-profile/", "模型", "' model", "` model", '" model')
_ALSO = re.compile(
    r"(?:output tokens for|no endpoints found for|too large for|inference-profile/|模型[:：]?) ?[`\"']?([A-Za-z][\w./:@-]{2,98}\w)"
    r"|[`\"']([A-Za-z][\w./:@-]{2,98}\w)[`\"'] model\b",
    re.IGNORECASE | re.ASCII,
)


def of_field(field: str | None, words: str) -> str | None:
    """The dialect in whose terms a field is named; None where it may be several."""
    if field is None:
        return GENERATE if "generatecontentrequest" in words else None
    if _OF_GOOGLE.search(field):
        return GENERATE
    if _OF_ANTHROPIC.search(field):
        return MESSAGES
    if _OF_RESPONSES.match(field):
        return RESPONSES
    return CHAT if _OF_CHAT.search(field) else None


def of_caller(lower: str, callers: Iterable[str], parties: Mapping[str, Party]) -> tuple[str, str] | None:
    """The dialect in which the reader's side called, with the words or the party that show it; None where nothing or too much does.

    `lower` is the flat text in small letters, `callers` name the SDKs and apps that it shows.
    """
    said = {dialect: words for words, dialect in reversed(_CALLED) if words in lower}
    if len(said) == 1:
        return next(iter(said.items()))
    own = {parties[name].dialect: name for name in callers if name in parties and parties[name].dialect}
    if len(own) == 1 and not said:
        dialect, name = next(iter(own.items()))
        return (dialect, name) if dialect else None
    return None


def model(window: str, lower: str) -> str | None:
    """The name of the model that the words in `window` (`lower` in small letters) speak of; None where they name none."""
    place = lower.find("model")
    for _ in range(_MODELS_MAX):
        if place < 0:
            break
        found = _MODEL.match(window, place)
        name = None if found is None else found.group("name")
        if name is not None and found is not None and _is_name(name, quoted=found.group("quote") in ("`", "'", '"', "‘", "“")):
            return _METHOD.sub("", name)
        place = lower.find("model", place + 5)
    also = _ALSO.search(window) if any(map(lower.__contains__, _ALSO_SIGNS)) else None
    name = None if also is None else also.group(1) or also.group(2)
    return name if name is not None and _TELLING.search(name) else None


def _is_name(name: str, *, quoted: bool) -> bool:
    """Whether this is a model's name and no other word behind `model`."""
    if _OTHER_NAMES.match(name):
        return False
    telling = _TELLING.search(name) is not None
    return telling or (quoted and len(name) > 3 and "_" not in name)
