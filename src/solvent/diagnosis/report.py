"""The verdict in words: the four parts that readers know, who acts, a text to send, and code that handles the error properly.

Every sentence comes from the catalogue or is a quote from the paste; nothing is composed from the paste but quotes, so no address or
name in a paste can become advice.
"""

from __future__ import annotations

import re

from solvent.catalogue.advice import Advice
from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule
from solvent.diagnosis import phrases
from solvent.diagnosis.reading import Reading
from solvent.model.verdict import Report, Role, Verdict, Wallet

_SUFFIX = re.compile(r"\s*\(request id:?[^)]{0,80}\)?", re.IGNORECASE)
_CHINESE = re.compile("[一-鿿]")
_GAP = re.compile("(?<=[一-鿿，。：（）]) (?=[一-鿿，。：（）])")
_PLACEHOLDER = re.compile(r"\{(provider|relay|app|status|should_be|ids|quote|times)\}")
_UNNAMED = {
    "provider": {"en": "the provider", "zh": "服务商"},
    "relay": {"en": "your relay", "zh": "你的中转站"},
    "inner relay": {"en": "the relay behind it", "zh": "上一级中转站"},
    "app": {"en": "your app", "zh": "你使用的应用"},
    "ids": {"en": "(none in the text)", "zh": "（文中没有）"},
    "times": {"en": "(unknown)", "zh": "（未知）"},
}
QUOTE_MAX = 600
_NOT_PEOPLES_NAMES = ("unknown", "none", "client")


def report(verdict: Verdict, reading: Reading, catalogue: Catalogue, lang: str, code_language: str | None = None) -> Report:
    """The report in `lang` (`en` or `zh`); `code_language` (`python`, `javascript`, `curl`) overrides what the paste suggests."""
    rule = None if verdict.rule is None else catalogue.rules[verdict.rule]
    advice = catalogue.advise(verdict.category, verdict.wallet, verdict.actor)
    original = quoted(reading)
    values = _values(verdict, catalogue, lang, original)

    def fill(text: str) -> str:
        filled = _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)
        # A template keeps a space around names in Latin letters; around a Chinese one it would be a hole.
        return _GAP.sub("", filled) if lang == "zh" else filled

    language = code_language or _code_language(verdict, catalogue)
    solution = rule.solution if rule is not None and rule.solution is not None else advice.solution
    prevention = rule.prevention if rule is not None and rule.prevention is not None else advice.prevention
    return Report(
        lang=lang,
        title=fill(_title(rule, verdict, lang, advice)),
        summary=fill((rule.summary if rule is not None and rule.summary is not None else advice.summary).of(lang)),
        original=original,
        translation=fill(_translation(rule, advice, lang, original)),
        cause=fill((rule.cause if rule is not None and rule.cause is not None else advice.cause).of(lang)),
        who_acts=fill(advice.who_acts.of(lang)),
        solution=tuple(map(fill, solution.of(lang))),
        prevention=tuple(map(fill, prevention.of(lang))),
        write_to=None if advice.write_to is None else fill(advice.write_to.of(lang)),
        code_language=language,
        code=catalogue.code.get((advice.handling, language), ""),
    )


def quoted(reading: Reading) -> str:
    """The error's own sentence: the innermost message without what relays added to it, else the line that failed."""
    inner = reading.innermost
    if inner is not None and inner.message:
        words = inner.message
    elif reading.html_title:
        words = reading.html_title
    else:
        lines = [line.strip() for line in reading.clean.splitlines() if line.strip()]
        failing = [line for line in lines if any(name in line for name in reading.exceptions)] if reading.exceptions else []
        words = (failing or lines or [""])[-1 if reading.traceback or failing else 0]
    return _SUFFIX.sub("", " ".join(words.split()))[:QUOTE_MAX].strip()


def _title(rule: Rule | None, verdict: Verdict, lang: str, advice: Advice) -> str:
    if rule is not None and rule.voice == "relay" and verdict.wallet is Wallet.RELAY_UPSTREAM and verdict.category in phrases.PASSED_ON:
        return phrases.PASSED_ON[verdict.category].of(lang)
    if rule is not None:
        return rule.title.of(lang)
    known = {"en": "Not recognised yet", "zh": "暂未识别的错误"}
    return known[lang if lang in known else "en"] if verdict.category.value == "other" else advice.meaning.of(lang)


def _translation(rule: Rule | None, advice: Advice, lang: str, original: str) -> str:
    """The sentence in the reader's language; where it is in that language already, its meaning in plain words."""
    if rule is not None and rule.translation is not None and bool(_CHINESE.search(original)) is not (lang == "zh"):
        return rule.translation.of(lang)
    return advice.meaning.of(lang)


def _values(verdict: Verdict, catalogue: Catalogue, lang: str, original: str) -> dict[str, str]:
    language = lang if lang in ("en", "zh") else "en"

    def unnamed(key: str) -> str:
        return _UNNAMED[key][language]

    relays = [layer for layer in verdict.layers if layer.role in (Role.RELAY, Role.GATEWAY)]
    apps = [layer for layer in verdict.layers if layer.role is Role.APP]
    separator = "，" if language == "zh" else ", "
    instants = [" / ".join(found.times) for found in verdict.request_ids if found.times]
    # Where the outermost relay speaks for itself, the provider behind it is nobody that the text names.
    nameless = verdict.provider in _NOT_PEOPLES_NAMES or (len(relays) == 1 and relays[0].name == verdict.provider)
    inner_relay = len(relays) > 1 and relays[-1].name == verdict.provider
    named = unnamed("provider") if nameless else unnamed("inner relay") if inner_relay else catalogue.label(verdict.provider)
    return {
        "provider": named,
        "relay": relays[0].label if relays else unnamed("relay"),
        "app": apps[0].label if apps else unnamed("app"),
        "status": str(verdict.http_status) if verdict.http_status else "—",
        "should_be": str(verdict.http_status_should_be) if verdict.http_status_should_be else "—",
        "ids": separator.join(found.id for found in verdict.request_ids) or unnamed("ids"),
        "quote": original,
        "times": separator.join(instants) or unnamed("times"),
    }


def _code_language(verdict: Verdict, catalogue: Catalogue) -> str:
    """The language of the SDK that the paste shows; Python where it shows none."""
    for layer in verdict.layers:
        party = catalogue.parties.get(layer.name)
        if party is not None and party.language is not None:
            return party.language
    return "python"
