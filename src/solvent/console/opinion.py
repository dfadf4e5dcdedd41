"""`/e/{id}/opinion`: asks a model about a paste that the catalogue leaves open, and what the paste's page shows of it.

With scripts the checked sentences come as they are written, without them the browser waits and is sent on; either way it ends at an
address that shows the opinion to who asked, and to nobody else before a person approved it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from solvent.console import deletion, forms, handover, refusals, troubles
from solvent.console.site import Site, href
from solvent.diagnosis.opinion.hearing import Piece
from solvent.model.opinion import Assisted, Standing, Trouble
from solvent.operations.cases import Opened

ANSWER, TROUBLE, PASTED = "answer", "trouble", "pasted"
_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a paste's page says of models. `offered`: one may be asked here; `automatic`: it is asked without waiting for the button."""

    offered: bool = False
    automatic: bool = False
    assisted: Assisted | None = None
    agrees: bool | None = None
    trouble: str | None = None
    proof: str = ""


async def shown(site: Site, request: Request, opened: Opened, lang: str) -> Shown:
    """What this reader is shown beside the catalogue's answer."""
    stage = site.stage
    if stage is None:
        return Shown()
    proof = request.query_params.get(ANSWER)
    assisted = await stage.assistance.shown(opened, lang, stage.proof.answer(proof))
    failed = troubles.named(request.query_params.get(TROUBLE))
    pasted = stage.proof.pasted(request.query_params.get(PASTED), opened.occurrence.id)
    return Shown(
        offered=stage.assistance.may_ask(opened),
        automatic=stage.assistance.conditions.automatic and pasted and failed is None and assisted is None,
        assisted=assisted,
        agrees=None if assisted is None else assisted.opinion.agrees(opened.explanation.verdict),
        trouble=None if failed is None else troubles.words(failed, lang),
        proof=proof or "",
    )


def asks_by_itself(site: Site, opened: Opened) -> dict[str, str]:
    """What the address of a paste's page must say for it to ask without a button: for who just pasted, where the operator wants it."""
    stage = site.stage
    if stage is None or not stage.assistance.conditions.automatic or not stage.assistance.may_ask(opened):
        return {}
    return {PASTED: stage.proof.of_paste(opened.occurrence.id)}


async def ask(site: Site, request: Request) -> Response:
    """Asks, and streams what comes or leads to where it is shown."""
    taken = await forms.taken(site, request)
    if isinstance(taken, Response):
        return taken
    lang, fields = taken
    opened = await site.desk.open(request.path_params["id"], lang)
    if opened is None:
        return site.refuse(request, lang, 404, refusals.missing("paste", lang))
    parts = _asked(site, opened, lang, fields.get(ANSWER))
    # The page that shows the link which deletes the paste is left for the next one, which shows it again.
    token = fields.get(deletion.FIELD, "")
    told = token if token and await site.desk.may_delete(opened.occurrence.id, token) else None
    if _STREAM in request.headers.get("accept", ""):
        # A proxy in between must hand on each sentence as it comes.
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_events(site, opened, lang, parts, told), media_type=_STREAM, headers=headers)
    end: Assisted | Trouble = Trouble.NONSENSE
    async with aclosing(parts):
        async for part in parts:
            if not isinstance(part, Piece):
                end = part
    return RedirectResponse(_place(site, opened, lang, end, told), status_code=303)


async def _asked(site: Site, opened: Opened, lang: str, proof: str | None) -> AsyncGenerator[Piece | Assisted | Trouble, None]:
    """What the stage says; who asked before gets the same answer again."""
    stage = site.stage
    if stage is None:
        yield Trouble.OFF
        return
    before = await stage.assistance.shown(opened, lang, stage.proof.answer(proof))
    if before is not None:
        yield before
        return
    async with aclosing(stage.assistance.ask(site.desk, opened, lang)) as parts:
        async for part in parts:
            yield part


async def _events(
    site: Site, opened: Opened, lang: str, parts: AsyncGenerator[Piece | Assisted | Trouble, None], told: str | None
) -> AsyncGenerator[bytes, None]:
    async with aclosing(parts):
        async for part in parts:
            if isinstance(part, Piece):
                yield _event("piece", {"field": part.field, "step": part.step, "text": part.text})
                continue
            said = troubles.words(part, lang) if isinstance(part, Trouble) else ""
            yield _event("end", {"to": _place(site, opened, lang, part, told), "trouble": said})


def _event(name: str, data: dict[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _place(site: Site, opened: Opened, lang: str, end: Assisted | Trouble, told: str | None) -> str:
    """Where it is shown how this ended, with the link that deletes the paste for who was `told` it before."""
    name = opened.occurrence.id
    path, query = f"/e/{name}", {} if told is None else {handover.FIELD: site.handover.leave(name, told)}
    if isinstance(end, Trouble):
        return href(path, lang, **query, **{TROUBLE: end.value}) + "#opinion"
    proof = "" if end.standing is Standing.APPROVED or site.stage is None else site.stage.proof.of_answer(end.id)
    return href(path, lang, **query, **{ANSWER: proof}) + "#opinion"
