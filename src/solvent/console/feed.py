"""`/e/feed.xml`: what is new at the desk, as RSS 2.0, with the filters of the lists: listed pastes that a rule explains, by their titles.

A feed is read away from its site, so its links are absolute: they begin with `public_url`, else with the address under which the
reader asked for the feed, whose name the guard knows. An address that the program listens on is never told.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import filtering, language
from solvent.console.explained import case_title
from solvent.console.labels import N_
from solvent.console.render import render
from solvent.console.site import Problem, Site, gettext, href

LENGTH = 50
MEDIA_TYPE = "application/rss+xml; charset=utf-8"
_LANGUAGES = {"en": "en", "zh": "zh-cn"}
# Signs that no XML may hold, however they are written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def show(site: Site, request: Request) -> Response:
    """The feed in the language that is asked for; nothing where it is the one that the reader has."""
    lang, asked = site.lang(request), filtering.asked(site, request)
    shown = filtering.values(site, lang, "/e/pastes", asked)
    if asked.wrong:
        problem = Problem(gettext(lang, N_("There is no such feed")), " ".join(shown["problems"]))
        return site.refuse(request, lang, 400, problem)
    found = await site.desk.find(replace(asked.filters, matched=True), limit=LENGTH, after=None)
    base = site.base(request)
    items = [(occurrence, case, case_title(case, site.catalogue, lang)) for occurrence, case in found.page.items]
    text = render(
        "feed.xml",
        lang,
        items=items,
        base=base,
        page=base + href("/e/pastes", lang, **asked.given),
        feed=base + shown["feed_address"],
        code=_LANGUAGES[lang],
        chosen=", ".join(_FORBIDDEN.sub("", f"{chip.name}: {chip.value}") for chip in shown["chips"]),
        newest=items[0][0].at if items else None,
        rfc822=lambda at: format_datetime(at, usegmt=True),
        href=lambda path: href(path, lang),
    )
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "Accept-Language", "content-language": language.HTML_CODES[lang]}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=MEDIA_TYPE)
