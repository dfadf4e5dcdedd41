"""Reading what `[desk]` says of the model-assisted stage: which model is asked, and what that may cost."""

from __future__ import annotations

from typing import Any

from solvent.model.route import DialectName, Model
from solvent.settings import values
from solvent.settings.accounts import Accounts
from solvent.settings.section import Section, nearest
from solvent.settings.shape import Assistance

_DEFAULTS = Assistance("")
_KEYS = ("model_budget_day", "model_auto", "model_at_once", "model_asks_per_minute", "model_asks_per_day")


def read_assistance(desk: Section, written: Any, models: tuple[Model, ...], accounts: Accounts) -> Assistance | None:
    """The stage, or None where no model is named. `written` is what the file says under `[[model]]`, right or wrong."""
    name = desk.maybe("model", values.model_name)
    found = Assistance(
        model=name or "",
        budget_day=desk.take("model_budget_day", values.money, _DEFAULTS.budget_day),
        automatic=desk.take("model_auto", values.flag, default=_DEFAULTS.automatic),
        at_once=desk.take("model_at_once", values.count, _DEFAULTS.at_once),
        asks_per_minute=desk.take("model_asks_per_minute", values.count, _DEFAULTS.asks_per_minute),
        asks_per_day=desk.take("model_asks_per_day", values.count, _DEFAULTS.asks_per_day),
    )
    if not desk.has("model"):
        for key in _KEYS:
            if desk.has(key):
                desk.warn(key, 'no model is asked; add model = "…" with the name of a [[model]]')
        return None
    if not found.budget_day.nano_usd:
        desk.wrong("model_budget_day", "nothing can be asked for nothing; write an amount above zero, or take out `model`")
    if name is not None:
        _check_served(desk, name, written, models, accounts)
    return found


def _check_served(desk: Section, name: str, written: Any, models: tuple[Model, ...], accounts: Accounts) -> None:
    if "*" in name:
        desk.wrong("model", "a `*` names no one model; write a whole name that a [[model]] serves")
        return
    served = next((model for model in models if model.serves(name)), None)
    if served is None:
        names = [item["name"] for item in written if isinstance(item, dict) and isinstance(item.get("name"), str)]
        # A model that is there and has mistakes of its own is told of where these stand.
        if name not in names:
            why = nearest(name, names) if names else "there is none: add a [[model]] with routes"
            desk.wrong("model", f"no [[model]] serves `{name}`; {why}")
        return
    upstreams = [accounts.upstreams.get(route.account) for route in served.routes]
    if not any(upstream is not None and DialectName.OPENAI in upstream.endpoints for upstream in upstreams):
        desk.wrong("model", f"the desk asks as OpenAI's clients do, and no account of `{name}` is spoken to like that; name another model")
