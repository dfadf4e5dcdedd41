"""`/e/sitemap.xml`: the pages that a search engine may keep: the desk, the rules, the cases that a rule explains, and of the pastes those
that are listed and that a rule explains, the newest ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from solvent.console.language import DEFAULT
from solvent.console.render import render
from solvent.console.site import Site
from solvent.model.filters import Filters
from solvent.model.occurrence import PAGE_LENGTH_MAX

EACH_MAX = 2_000  # of cases, and of pastes: the lists lead to the others
_WANTED = Filters(matched=True)
Address = tuple[str, datetime | None]


async def show(site: Site, request: Request) -> Response:
    """The map, with each page's last change where it has one."""
    addresses: list[Address] = [("/e", None), ("/e/cases", None), *((f"/e/rules/{rule}", None) for rule in site.catalogue.rules)]
    addresses += [(f"/e/cases/{name}", at) async for name, at in _cases(site)]
    addresses += [(f"/e/{name}", at) async for name, at in _pastes(site)]
    text = render("sitemap.xml", DEFAULT, base=site.base(request), addresses=addresses)
    return Response(text, headers={"cache-control": "max-age=3600"}, media_type="application/xml")


async def _cases(site: Site) -> AsyncIterator[Address]:
    after = None
    for _ in range(EACH_MAX // PAGE_LENGTH_MAX):
        found = await site.desk.find_cases(_WANTED, limit=PAGE_LENGTH_MAX, after=after)
        for case in found.page.items:
            yield case.id, case.last_at
        if (after := found.page.after) is None:
            return


async def _pastes(site: Site) -> AsyncIterator[Address]:
    after = None
    for _ in range(EACH_MAX // PAGE_LENGTH_MAX):
        found = await site.desk.find(_WANTED, limit=PAGE_LENGTH_MAX, after=after)
        for occurrence, _case in found.page.items:
            yield occurrence.id, occurrence.at
        if (after := found.page.after) is None:
            return
