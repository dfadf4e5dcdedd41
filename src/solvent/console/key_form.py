"""The form that makes a key: what people write becomes a wish, or the first mistake in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from solvent.base.money import ZERO, Money
from solvent.console.labels import N_
from solvent.console.site import Problem, gettext
from solvent.model.key import Budget
from solvent.operations.keys import KeyWish

FIELDS = ("name", "balance", "budget_day", "budget_month", "rpm", "tpm", "models")
NAME_LENGTH_MAX = 100
_MODELS_LENGTH_MAX = 4_000
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_NAMES = {
    "balance": N_("Prepaid balance"),
    "budget_day": N_("Budget a day"),
    "budget_month": N_("Budget a month"),
    "rpm": N_("Requests a minute"),
    "tpm": N_("Tokens a minute"),
}


def amount(text: str) -> Money | None:
    """An amount of dollars as people write it, such as `25`, `25.00` or `$25`; None where it is none."""
    try:
        return Money.parse(text.strip().removeprefix("$").strip())
    except ValueError:
        return None


def read(fields: Mapping[str, str], lang: str) -> KeyWish | Problem:
    """The wish of the form. An empty field is a limit that is not set; an empty balance makes a key that only budgets limit."""
    given = {name: fields.get(name, "").strip() for name in FIELDS}
    if not given["name"] or len(given["name"]) > NAME_LENGTH_MAX or not given["name"].isprintable():
        return _problem(N_("The name is missing"), N_("Give the key a name of 1 to 100 characters that tells who uses it."), lang)
    money: dict[str, Money | None] = {}
    for name in ("balance", "budget_day", "budget_month"):
        found = money[name] = amount(given[name]) if given[name] else None
        if given[name] and (found is None or found < ZERO):
            words = N_("Write dollars as a decimal number with at most nine places, such as 25 or 25.00, or leave the field empty.")
            return _problem(_NAMES[name], words, lang)
    for name in ("rpm", "tpm"):
        if given[name] and not _COUNT.fullmatch(given[name]):
            words = N_("Write a whole number from 1 to 999999999, or leave the field empty for no limit.")
            return _problem(_NAMES[name], words, lang)
    models = tuple(dict.fromkeys(part for part in re.split(r"[\s,，、]+", given["models"]) if part))
    if len(given["models"]) > _MODELS_LENGTH_MAX:
        return _problem(N_("Too many models"), N_("Name fewer models, or leave the field empty: then the key may ask for all."), lang)
    return KeyWish(
        name=given["name"],
        balance=money["balance"],
        budgets=tuple(Budget(window, cap) for window in ("day", "month") if (cap := money[f"budget_{window}"]) is not None),
        rpm=_count(given["rpm"]),
        tpm=_count(given["tpm"]),
        models=models,
        reveal=fields.get("reveal") == "yes",
    )


def asked(wish: KeyWish) -> dict[str, Any]:
    """The wish as JSON has it, by which a form that is sent again is known."""
    return {
        "name": wish.name,
        "balance_usd": None if wish.balance is None else str(wish.balance),
        "budgets": [[budget.window, str(budget.amount)] for budget in wish.budgets],
        "rpm": wish.rpm,
        "tpm": wish.tpm,
        "models": list(wish.models),
        "reveal": wish.reveal,
    }


def _count(text: str) -> int | None:
    return int(text) if text else None


def _problem(title: str, text: str, lang: str) -> Problem:
    return Problem(gettext(lang, title), gettext(lang, text))
