"""`/occurrences`: what the gateway filed of its own failed attempts. They are private: no list of the desk shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from solvent.catalogue import names
from solvent.console.explained import case_title
from solvent.console.operator_site import OperatorSite
from solvent.model.occurrence import GATEWAY, Case, Occurrence

PAGE_LENGTH = 25
# How `operations.attempts` ends the text that it files.
_LAST_LINE = re.compile(r"account: (?P<account>.+?), model: (?P<model>.*), solvent request id: (?P<request_id>\S+)")
_UPSTREAM_ID = "request id: "


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt failed, as far as its text tells; empty where it does not."""

    account: str = ""
    model: str = ""
    request_id: str = ""
    upstream_request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """One occurrence for the list."""

    occurrence: Occurrence
    case: Case
    title: str
    place: Place


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, newest first; `?after=` continues it."""
    lang = site.lang(request)
    page = await site.desk.everything(limit=PAGE_LENGTH, after=request.query_params.get("after"), source=GATEWAY)
    items = [Filed(occurrence, case, _title(site, case, lang), place_of(occurrence.text)) for occurrence, case in page.items]
    return site.page(request, "occurrences.html", lang, items=items, after=page.after)


def _title(site: OperatorSite, case: Case, lang: str) -> str:
    """The case's title; where it has no words at all, as after a timeout, what failed."""
    title = case_title(case, site.catalogue, lang)
    return names.CATEGORIES[case.category].of(lang) if title == case.id else title


def place_of(text: str) -> Place:
    """What the last lines of a filed text tell. An upstream's own words stand above them and cannot pass for them."""
    *lines, last = text.split("\n")
    found = _LAST_LINE.fullmatch(last)
    if found is None:
        return Place()
    ids: list[str] = []
    for line in reversed(lines[1:]):
        if not line.startswith(_UPSTREAM_ID):
            break
        ids.append(line.removeprefix(_UPSTREAM_ID))
    return Place(found["account"], found["model"], found["request_id"], tuple(reversed(ids)))
