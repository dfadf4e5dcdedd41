"""The verdict in words: the four parts that readers know, who acts, a text to send, and code that handles the error properly.

Every sentence comes from the catalogue or is a quote from the paste; nothing is composed from the paste but quotes, so no address or
name in a paste can become advice.
"""

from __future__ import annotations

import re

from solvent.catalogue.advice import Advice
from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule
from solvent.catalogue.tables import Words
from solvent.diagnosis import phrases
from solvent.diagnosis.defaults import OPERATORS_OWN
from solvent.diagnosis.paste.quote import quoted
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.reporting.apps import app_steps
from solvent.diagnosis.reporting.paid import paid
from solvent.diagnosis.reporting.samples import sample
from solvent.diagnosis.reporting.wording import Wording
from solvent.model.failure import MONEY
from solvent.model.verdict import Actor, Category, Report, Verdict, Wallet

_CHINESE = re.compile("[一-鿿]")
# Below this a claim about money is said as a question.
SURE = 0.75


def report(verdict: Verdict, reading: Reading, catalogue: Catalogue, lang: str, code_language: str | None = None) -> Report:
    """The report in `lang` (`en` or `zh`); `code_language` (`python`, `javascript`, `curl`) overrides what the paste suggests."""
    rule = None if verdict.rule is None else catalogue.rules[verdict.rule]
    advice = catalogue.advise(verdict.category, verdict.wallet, verdict.actor)
    own = _fitting(rule, verdict)
    original = quoted(reading, verdict.evidence[0].quote if rule is not None and verdict.evidence else None)
    wording = Wording(verdict, catalogue, lang, original)
    code = sample(verdict, reading, advice, catalogue, code_language)
    letter = None if verdict.actor is Actor.NOBODY else (own and own.write_to) or advice.write_to

    return Report(
        lang=lang,
        title=wording.fill(_title(rule, verdict, advice).of(lang)),
        summary=wording.fill(_summary(own, verdict, advice, wording).of(lang)),
        original=original,
        translation=wording.fill(_translation(rule, own, advice, lang, original)),
        cause=wording.fill(((own and own.cause) or advice.cause).of(lang)),
        who_acts=wording.fill(((own and own.who_acts) or advice.who_acts).of(lang)),
        solution=wording.steps((own and own.solution) or advice.solution),
        prevention=wording.steps((own and own.prevention) or advice.prevention),
        write_to=None if letter is None else wording.letter(letter.of(lang)),
        code_language=code.language,
        code_dialect=code.dialect,
        code=code.text,
        code_variables=code.variables,
        paid=paid(verdict, reading, advice, catalogue, wording),
        app_steps=app_steps(verdict, advice.acts if own is None or own.acts is None else own.acts, catalogue, lang),
    )


def _fitting(rule: Rule | None, verdict: Verdict) -> Rule | None:
    """The rule where its own words fit: they are written for the owner of the account, so not where that is the relay's operator.

    Where nobody has to act, it does not matter whose it is.
    """
    if rule is None:
        return None
    money = verdict.wallet is Wallet.RELAY_UPSTREAM and verdict.actor is not Actor.NOBODY and rule.wallet is not Wallet.RELAY_UPSTREAM
    theirs = verdict.actor is Actor.RELAY_OPERATOR and verdict.category in OPERATORS_OWN and rule.actor is None and rule.voice != "relay"
    return None if money or theirs else rule


def unsure_whose(verdict: Verdict) -> bool:
    """Whether an account seems to be empty, but the text does not show whose."""
    unsure = verdict.rule is not None and verdict.confidence < SURE
    return unsure and verdict.category in MONEY and verdict.wallet is not Wallet.KEY_BUDGET


def _summary(own: Rule | None, verdict: Verdict, advice: Advice, wording: Wording) -> Words:
    unsure = verdict.rule is not None and verdict.confidence < SURE
    if unsure_whose(verdict):
        return phrases.UNSURE_MONEY
    if own is not None and own.summary is not None:
        return own.summary
    if verdict.category is Category.INVALID_REQUEST and verdict.actor is Actor.YOU and wording.knows("field"):
        return phrases.FIELD_ALLOWED if wording.knows("allowed") else phrases.FIELD
    return phrases.UNSURE_LIMIT if unsure and verdict.category is Category.RATE_LIMITED else advice.summary


def title_of(rule: Rule, category: Category, wallet: Wallet) -> Words:
    """What the defect is called where it was met: a relay's words about its own customer mean another where that is the reader's relay."""
    operators = wallet is Wallet.RELAY_UPSTREAM and rule.actor is not Actor.NOBODY
    if rule.voice == "relay" and operators and category in phrases.PASSED_ON:
        return phrases.PASSED_ON[category]
    return rule.title


def _title(rule: Rule | None, verdict: Verdict, advice: Advice) -> Words:
    if rule is not None:
        return title_of(rule, verdict.category, verdict.wallet)
    return phrases.UNKNOWN if verdict.category is Category.OTHER else advice.meaning


def _translation(rule: Rule | None, own: Rule | None, advice: Advice, lang: str, original: str) -> str:
    """The sentence in the reader's language; where it is in that language already, its meaning in plain words.

    A rule that explains the cause itself means something else than its category usually does.
    """
    foreign = bool(_CHINESE.search(original)) is not (lang == "zh")
    if rule is not None and rule.translation is not None and (foreign or (own is not None and own.cause is not None)):
        return rule.translation.of(lang)
    return advice.meaning.of(lang)
