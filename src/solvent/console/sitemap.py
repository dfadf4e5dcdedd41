"""`/e/sitemap.xml`: the pages that a search engine may keep: the desk, the rules, the cases that a rule explains, and of the pastes those
that are listed and that a rule explains, the newest ones.

To make it reads thousands of rows, and search engines look once a day: so it is made at most once a minute, however often it is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from solvent.console.language import DEFAULT
from solvent.console.render import render
from solvent.console.site import Site
from solvent.model.filters import Filters
from solvent.model.occurrence import PAGE_LENGTH_MAX

EACH_MAX = 2_000  # of cases, and of pastes: the lists lead to the others
KEPT_FOR = timedelta(minutes=1)
_WANTED = Filters(matched=True)
Address = tuple[str, datetime | None]


class Sitemap:
    """The map of one site, with each page's last change where it has one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = asyncio.Lock()
        self._made: tuple[datetime, list[Address]] | None = None

    async def show(self, request: Request) -> Response:
        """The map under the address of the site, or else of the request: no other reader's cache may take that one."""
        text = render("sitemap.xml", DEFAULT, base=self._site.base(request), addresses=await self._addresses())
        headers = {"cache-control": "max-age=3600" if self._site.public_url else "private, max-age=3600"}
        return Response(text, headers=headers, media_type="application/xml")

    async def _addresses(self) -> list[Address]:
        # Whoever waits for the turn finds it made.
        async with self._turn:
            now = self._site.desk.now()
            if self._made is None or now - self._made[0] >= KEPT_FOR:
                self._made = now, await _all(self._site)
            return self._made[1]


async def _all(site: Site) -> list[Address]:
    addresses: list[Address] = [("/e", None), ("/e/cases", None), *((f"/e/rules/{rule}", None) for rule in site.catalogue.rules)]
    addresses += [(f"/e/cases/{name}", at) async for name, at in _cases(site)]
    return addresses + [(f"/e/{name}", at) async for name, at in _pastes(site)]


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
