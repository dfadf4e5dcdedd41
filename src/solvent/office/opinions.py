"""The admin API's part on what models said about pastes."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from solvent.model.opinion import LISTS, TEXTS, Assisted, Standing
from solvent.office import forms
from solvent.office.endpoints import Call, Endpoint, missing, page_of
from solvent.office.forms import Form
from solvent.operations import shapes
from solvent.operations.assistance import Opinions
from solvent.operations.instants import microseconds

_DECISION = Form(
    {"standing": forms.one_of(Standing.APPROVED.value, Standing.REJECTED.value)},
    '{"standing": "approved"}',
)


def opinion_endpoints(opinions: Opinions) -> list[Endpoint]:
    """Opinions, and a person's word on each."""

    async def list_(call: Call) -> Response:
        found = await opinions.page(limit=call.limit, after=call.after, standing=call.query.get("standing") or None)
        return page_of(found, _opinion)

    async def decide(call: Call) -> Response:
        found = await opinions.decide(call.path["id"], call.values["standing"])
        return missing("opinion", call.path["id"], "/api/opinions") if found is None else JSONResponse(_opinion(found))

    told = "What models said about pastes, newest first; `standing` is one of pending, approved, rejected"
    return [
        Endpoint("GET", "/api/opinions", told, list_, paged=True, query=("standing",)),
        Endpoint("PATCH", "/api/opinions/{id}", "Approve an opinion for every reader, or reject it", decide, _DECISION),
    ]


def _opinion(assisted: Assisted) -> dict[str, Any]:
    opinion = assisted.opinion
    return {
        "id": assisted.id,
        "occurrence_id": assisted.occurrence_id,
        "at": shapes.iso(microseconds(assisted.at)),
        "lang": assisted.lang,
        "model": assisted.model,
        "standing": assisted.standing.value,
        "category": None if opinion.category is None else opinion.category.value,
        "wallet": None if opinion.wallet is None else opinion.wallet.value,
        "struck": opinion.struck,
        **{name: getattr(opinion, name) for name in TEXTS},
        **{name: list(getattr(opinion, name)) for name in LISTS},
    }
