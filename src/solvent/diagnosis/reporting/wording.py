"""Filling the catalogue's sentences with what the paste shows, and leaving out what it does not show."""

from __future__ import annotations

import re

from solvent.catalogue.load import Catalogue
from solvent.catalogue.tables import Steps, Words
from solvent.diagnosis.chain import UNNAMED_RELAY
from solvent.model.verdict import RequestFault, Role, Verdict

_PLACEHOLDER = re.compile(r"\{(provider|relay|app|status|should_be|ids|quote|times|field|allowed)\}")
# A step for the users of one app, left out for everybody else.
_ONLY = re.compile(r"^\{in:([a-z0-9-]+)\} ?")
# What can be named inside a sentence: a field's path or a value of one word; a phrase stays in the table.
_NAMEABLE = re.compile(r"[^\s`]{1,60}")
_FIELD = re.compile(r"[\w$][\w$.\[\]*-]{0,79}")
_PART = re.compile(r"[\w$-]+")
_ALLOWED_MAX = 6
_GAP = re.compile("(?<=[一-鿿，。：（）]) (?=[一-鿿，。：（）])")
_NOT_PEOPLES_NAMES = ("unknown", "none", "client")
_UNNAMED = {
    "provider": Words(en="the provider", zh="服务商"),
    "relay": Words(en="your relay", zh="中转站"),
    "inner relay": Words(en="the relay behind it", zh="上一级中转站"),
    "app": Words(en="your app", zh="你使用的应用"),
    "ids": Words(en="see the headers of the answer", zh="见响应头"),
    "times": Words(en="the time of your call", zh="你调用的时间"),
    "quote": Words(en="no words at all", zh="没有任何内容"),
    "status": Words(en="unknown", zh="未知"),
    "should_be": Words(en="unknown", zh="未知"),
    "field": Words(en="the field or value that the message names", zh="报错指出的字段或值"),
    "allowed": Words(
        en="a value that the message or the documentation allows for this model",
        zh="报错或文档里这个模型允许的值",
    ),
}
_OR = Words(en=" or ", zh=" 或 ")


def _path(field: str) -> str:
    """A place that a validator names by its parts, `["body", "messages", 0]`, as one path; others as they are."""
    if field[0] not in "[(":
        return field
    parts = _PART.findall(field)
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] == "body" else parts)


class Wording:
    """The values of one verdict's placeholders, in one language."""

    def __init__(self, verdict: Verdict, catalogue: Catalogue, lang: str, original: str) -> None:
        self.lang = lang
        self._values = {"quote": original}
        relays = [layer for layer in verdict.layers if layer.role in (Role.RELAY, Role.GATEWAY)]
        apps = [layer for layer in verdict.layers if layer.role is Role.APP]
        # Where the outermost relay speaks for itself, the provider behind it is nobody that the text names.
        if len(relays) > 1 and relays[-1].name == verdict.provider:
            self._values["provider"] = _UNNAMED["inner relay"].of(lang)
        elif verdict.provider not in _NOT_PEOPLES_NAMES and not (relays and relays[0].name == verdict.provider):
            self._values["provider"] = catalogue.label(verdict.provider)
        if relays and relays[0].name != UNNAMED_RELAY:
            self._values["relay"] = relays[0].label
        if apps:
            self._values["app"] = apps[0].label
        if verdict.http_status is not None and verdict.http_status_source == "seen":
            self._values["status"] = str(verdict.http_status)
        if verdict.http_status_should_be is not None:
            self._values["should_be"] = str(verdict.http_status_should_be)
        self._apps = frozenset(layer.name for layer in apps)
        self._name_refused(verdict.request)
        # The outermost relay is the one that the reader can write to, and its id is the last.
        ids = verdict.request_ids[::-1]
        if ids:
            self._values["ids"] = ("，" if lang == "zh" else ", ").join(found.id for found in ids)
            timed = next((found for found in ids if found.times), None)
            if timed is not None:
                self._values["times"] = _OR.of(lang).join(timed.times)

    def _name_refused(self, fault: RequestFault | None) -> None:
        """What of the request was refused and what would pass, where both are short enough to stand in a sentence."""
        field = None if fault is None or fault.field is None else _path(fault.field)
        if fault is None or field is None or field == "body" or not _FIELD.fullmatch(field):
            return
        self._values["field"] = f"`{field}`"
        if 0 < len(fault.allowed) <= _ALLOWED_MAX and all(map(_NAMEABLE.fullmatch, fault.allowed)):
            self._values["allowed"] = ("、" if self.lang == "zh" else ", ").join(f"`{value}`" for value in fault.allowed)

    def knows(self, name: str) -> bool:
        """Whether the paste shows what this placeholder stands for."""
        return bool(self._values.get(name))

    def fill(self, text: str) -> str:
        """The text with every placeholder filled, by a common name where the paste shows none."""
        filled = _PLACEHOLDER.sub(lambda found: self._values.get(found.group(1)) or _UNNAMED[found.group(1)].of(self.lang), text)
        # A template keeps a space around names in Latin letters; around a Chinese one it would be a hole.
        return _GAP.sub("", filled) if self.lang == "zh" else filled

    def steps(self, steps: Steps) -> tuple[str, ...]:
        """The list in this wording's language, every placeholder filled, without what is for the users of another app."""
        fitting = [(step, _ONLY.match(step)) for step in steps.of(self.lang)]
        return tuple(self.fill(_ONLY.sub("", step)) for step, only in fitting if only is None or only.group(1) in self._apps)

    def letter(self, text: str) -> str:
        """A message to somebody else: lines about facts that the paste does not show are left out."""
        facts = ("status", "ids", "times", "quote", "field")
        lines = [line for line in text.splitlines() if all(self._values.get(name) for name in _PLACEHOLDER.findall(line) if name in facts)]
        return self.fill("\n".join(lines)).strip()
