"""Cases in the admin API: listed, looked into, said to be over, put together and taken apart. Titles are in English, or in `lang`."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from solvent.base.errors import UsageError
from solvent.cases.life import State
from solvent.catalogue import tables
from solvent.catalogue.load import Catalogue
from solvent.model.occurrence import Case
from solvent.office import forms
from solvent.office.endpoints import Call, Endpoint, answered, missing, page_of
from solvent.office.forms import Form
from solvent.operations import filters, naming, shapes
from solvent.operations.cases import Desk, History
from solvent.operations.casework import Casework, Insight
from solvent.operations.instants import microseconds

_CHANGE = Form(
    {
        "state": forms.one_of(State.RESOLVED.value, needed=False),
        "merge_into": forms.text(),
        "split": forms.text(),
    },
    '{"state": "resolved"}, {"merge_into": "a case\'s id"} or {"split": "the id of one of its parts, or of an occurrence"}',
)


def case_endpoints(desk: Desk, casework: Casework) -> list[Endpoint]:
    """Cases of the error desk."""
    catalogue = desk.engine.catalogue

    async def cases(call: Call) -> Response:
        lang = language(call)
        found = await desk.find_cases(filters.strictly(call.query, catalogue), limit=call.limit, after=call.after)
        return page_of(found.page, lambda case: _case(case, catalogue, lang))

    async def case(call: Call) -> Response:
        case_id = call.path["id"]
        found = await desk.case(await desk.merged_into(case_id) or case_id)
        if found is None:
            return missing("case", case_id, "/api/cases")
        lang = language(call)
        latest = (await desk.everything(limit=1, after=None, case_id=found.id)).items
        opened = await desk.open(latest[0][0].id, lang) if latest else None
        told = None if opened is None else opened.explanation.verdict.as_json(opened.explanation.report)
        history = (await desk.history(found))[found.id]
        more = _history(history) | _insight(await casework.look(found), catalogue, lang)
        return JSONResponse(_case(found, catalogue, lang) | more | {"verdict": told})

    async def change(call: Call) -> Response:
        case_id, given = call.path["id"], {name: value for name, value in call.values.items() if value}
        if len(given) != 1:
            raise UsageError(f"the body must hold one of `state`, `merge_into` and `split`; send {_CHANGE.example}")
        lang = language(call)

        def shape(case: Case) -> dict[str, Any]:
            return _case(case, catalogue, lang)

        if "merge_into" in given:
            return answered(await casework.merge(case_id, given["merge_into"], shape, call.idempotency_key))
        if "split" in given:
            return answered(await casework.split(case_id, given["split"], shape, call.idempotency_key))
        return answered(await casework.resolve(case_id, shape, call.idempotency_key))

    async def draft(call: Call) -> Response:
        case_id = call.path["id"]
        found = await casework.draft(await desk.merged_into(case_id) or case_id)
        if found is None:
            return missing("case", case_id, "/api/cases")
        return JSONResponse({"case_id": case_id, "file": found.file, "toml": found.toml})

    listed = "Errors of one kind, the one seen last first; `q` searches in what they are called and in their sentence"
    told = "One case with what it is made of, its days, its readers' word, and the verdict of its newest occurrence"
    changed = "Say that a case is over, put it into another (its address leads there from then on), or take a part out of it"
    return [
        Endpoint("GET", "/api/cases", listed, cases, paged=True, query=(*filters.NAMES, "lang")),
        Endpoint("GET", "/api/cases/{id}", told, case, query=("lang",)),
        Endpoint("GET", "/api/cases/{id}/draft", "A rule for the case, ready to be filled in: the file's text as TOML", draft),
        Endpoint("PATCH", "/api/cases/{id}", changed, change, _CHANGE, query=("lang",)),
    ]


def language(call: Call) -> str:
    """The language that is asked for. Raises `UsageError` on one that is not spoken."""
    return tables.language(call.query.get("lang") or "en")


def _case(case: Case, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": naming.title(case, catalogue, lang),
        "state": case.state,
        "category": case.category.value,
        "wallet": case.wallet.value,
        "provider": case.provider or None,
        "rule": case.rule,
        "count": case.count,
        "first_at": shapes.iso(microseconds(case.first_at)),
        "last_at": shapes.iso(microseconds(case.last_at)),
    }


def _history(history: History) -> dict[str, Any]:
    surge = history.outbreak
    return {
        "days": [{"day": day.day.isoformat(), "count": day.count} for day in history.days],
        "outbreak": None if surge is None else {"since": surge.since.isoformat(), "this_week": surge.this_week},
    }


def _insight(insight: Insight, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    def named(counts: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
        return [{"name": name, "count": count} for name, count in counts]

    affected = insight.affected
    return {
        "parts": [
            {"id": part.id, "kind": "merged" if part.merged else "sentence", "sentence": part.template, "count": part.count}
            for part in insight.parts
        ],
        "feedback": insight.feedback,
        "corrections": [
            {"occurrence": one.id, "at": shapes.iso(microseconds(one.at)), "text": one.correction} for one in insight.corrections
        ],
        "affected": {"keys": named(affected.keys), "accounts": named(affected.accounts), "models": named(affected.models)},
        "similar": [
            {"id": like.case.id, "title": naming.title(like.case, catalogue, lang), "why": like.why.value, "count": like.case.count}
            for like in insight.similar
        ],
    }
