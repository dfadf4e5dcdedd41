"""Why there is no opinion of a model, in words: what happened, and what the reader can do. The catalogue's answer stands in every case."""

from __future__ import annotations

from solvent.console.labels import N_
from solvent.console.site import gettext
from solvent.model.opinion import Trouble

_WORDS = {
    Trouble.OFF: N_("This desk asks no model: its operator has not set one."),
    Trouble.KNOWN: N_("The catalogue is sure of this error now, so no model was asked."),
    Trouble.REJECTED: N_("A person looked at what a model said about this very text and rejected it, so it is not asked again."),
    Trouble.GONE: N_("The paste was deleted meanwhile, so nothing was kept."),
    Trouble.BUSY: N_("As many people as may are asking just now. Your paste is kept; ask again in a minute."),
    Trouble.BUDGET: N_("What this desk may spend on a model today is spent. Your paste is kept; ask again tomorrow, by the clock of UTC."),
    Trouble.NO_KEY: N_("The operator revoked the key that this desk asks with, so nothing was asked."),
    Trouble.DOWN: N_("The gateway of this desk does not answer. Your paste is kept; ask again in a minute."),
    Trouble.REFUSED: N_("The model gave no answer: no account of it took the question. Your paste is kept; the operator sees the request."),
    Trouble.LATE: N_("The model took too long and was stopped. Your paste is kept; ask again later."),
    Trouble.LONG: N_("The model wrote far more than a report, so it was stopped and nothing of it is kept."),
    Trouble.NONSENSE: N_("What the model wrote was no report, or nothing of it was left after the check. Nothing of it is kept."),
}


def words(trouble: Trouble, lang: str) -> str:
    """The sentences for this trouble."""
    return gettext(lang, _WORDS[trouble])


def named(word: str | None) -> Trouble | None:
    """The trouble that an address names, or None."""
    return Trouble(word) if word in set(Trouble) else None
