"""What a case is called, and by which words it is found: the catalogue's, and the masked sentence, nothing of a paste."""

from __future__ import annotations

from solvent.catalogue import names
from solvent.catalogue.load import Catalogue
from solvent.diagnosis.reporting.report import title_of
from solvent.model.occurrence import Case

TITLE_CHARS_MAX = 120


def title(case: Case, catalogue: Catalogue, lang: str) -> str:
    """The rule's title; where no rule explains it, the masked sentence that its pastes share, else what failed and who said so."""
    rule = None if case.rule is None else catalogue.rules.get(case.rule)
    if rule is not None:
        return title_of(rule, case.category, case.wallet).of(lang)
    if case.template:
        return shortened(case.template)
    failed = names.CATEGORIES[case.category].of(lang)
    return f"{catalogue.label(case.provider)}: {failed}" if case.provider in catalogue.parties else failed


def shortened(text: str) -> str:
    """At most `TITLE_CHARS_MAX` signs of it, cut after a word where it has words."""
    if len(text) <= TITLE_CHARS_MAX:
        return text
    whole = text[:TITLE_CHARS_MAX].rpartition(" ")[0]
    return f"{whole if len(whole) > TITLE_CHARS_MAX // 2 else text[: TITLE_CHARS_MAX - 1]}…"


def words(case: Case, catalogue: Catalogue) -> str:
    """What the case is called in both languages: the rule's title, the category and the provider, each with its code."""
    rule = None if case.rule is None else catalogue.rules.get(case.rule)
    titles = [] if rule is None else [rule.title, title_of(rule, case.category, case.wallet)]
    named = [text for title in dict.fromkeys(titles) for text in (title.en, title.zh)]
    failed = names.CATEGORIES[case.category]
    return " ".join([*named, failed.en, failed.zh, case.category.value, case.provider, catalogue.label(case.provider)])
