"""Filling the catalogue's sentences with what the paste shows, and leaving out what it does not show."""

from __future__ import annotations

import re

from solvent.catalogue.load import Catalogue
from solvent.catalogue.tables import Steps, Words
from solvent.diagnosis.chain import UNNAMED_RELAY
from solvent.model.verdict import Role, Verdict

_PLACEHOLDER = re.compile(r"\{(provider|relay|app|status|should_be|ids|quote|times)\}")
_GAP = re.compile("(?<=[一-鿿，。：（）]) (?=[一-鿿，。：（）])")
_NOT_PEOPLES_NAMES = ("unknown", "none", "client")
_UNNAMED = {
    "provider": Words(en="the provider", zh="服务商"),
    "relay": Words(en="your relay", zh="你的中转站"),
    "inner relay": Words(en="the relay behind it", zh="上一级中转站"),
    "app": Words(en="your app", zh="你使用的应用"),
    "ids": Words(en="see the headers of the answer", zh="见响应头"),
    "times": Words(en="the time of your call", zh="你调用的时间"),
    "quote": Words(en="no words at all", zh="没有任何内容"),
    "status": Words(en="unknown", zh="未知"),
    "should_be": Words(en="unknown", zh="未知"),
}
_OR = Words(en=" or ", zh=" 或 ")


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
        # The outermost relay is the one that the reader can write to, and its id is the last.
        ids = verdict.request_ids[::-1]
        if ids:
            self._values["ids"] = ("，" if lang == "zh" else ", ").join(found.id for found in ids)
            timed = next((found for found in ids if found.times), None)
            if timed is not None:
                self._values["times"] = _OR.of(lang).join(timed.times)

    def fill(self, text: str) -> str:
        """The text with every placeholder filled, by a common name where the paste shows none."""
        filled = _PLACEHOLDER.sub(lambda found: self._values.get(found.group(1)) or _UNNAMED[found.group(1)].of(self.lang), text)
        # A template keeps a space around names in Latin letters; around a Chinese one it would be a hole.
        return _GAP.sub("", filled) if self.lang == "zh" else filled

    def steps(self, steps: Steps) -> tuple[str, ...]:
        """The list in this wording's language, every placeholder filled."""
        return tuple(map(self.fill, steps.of(self.lang)))

    def letter(self, text: str) -> str:
        """A message to somebody else: lines about facts that the paste does not show are left out."""
        facts = ("status", "ids", "times", "quote")
        lines = [line for line in text.splitlines() if all(self._values.get(name) for name in _PLACEHOLDER.findall(line) if name in facts)]
        return self.fill("\n".join(lines)).strip()
