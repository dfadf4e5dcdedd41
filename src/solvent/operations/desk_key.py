"""The key that the desk asks its model with: the office's own, with a budget of its own, and never told to anybody.

Its text follows from the secret of the installation, so it is kept nowhere and is the same after a restart; so are the books of its
budget. Revoking it stops the desk's questions at once; the next start of the office makes another.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from solvent.access import keys as access
from solvent.base.money import Money
from solvent.ledger.accounts import Account
from solvent.model.change import Change
from solvent.model.key import Budget, Key
from solvent.operations.surroundings import Surroundings

NAME = "desk: model-assisted answers"
_MANY = 10_000


async def take(around: Surroundings, model: str, budget_day: Money) -> str:
    """The text of the key, which may ask for this model alone and spend so much a day; made where there is none yet."""
    for number in range(_MANY):
        text = access.text(access.repeatable(f"desk key {number}", b"", around.pepper))
        wanted = Key(
            id=access.key_id(hashlib.sha256(text.encode()).digest()[:10]),
            name=NAME,
            digest=access.digest(text, around.pepper),
            budgets=(Budget("day", budget_day),),
            models=(model,),
            created_at_us=around.now_us(),
        )
        known = await around.keys.get(wanted.id)
        if known is not None and known.revoked:
            continue
        if known is None:
            made = await around.keys.add(wanted, None)
            assert isinstance(made, Account)
        elif (known.budgets, known.models) != (wanted.budgets, wanted.models):
            known = await around.keys.amend(replace(known, budgets=wanted.budgets, models=wanted.models))
        await around.workers.tell(Change(keys=(known or wanted,)))
        return text
    raise AssertionError(f"{_MANY} keys of the desk were revoked")
