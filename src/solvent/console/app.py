"""The list of the desk's routes. A new page is a view, a template of the same name, and one line here."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from solvent.console import case, cases, language, negotiation, paste, pastes, refusals, rule, static
from solvent.console import desk as desk_page
from solvent.console.csrf import Csrf
from solvent.console.render import environment
from solvent.console.site import Site
from solvent.operations.cases import Desk


def pages(desk: Desk, csrf: Csrf, *, public_url: str | None = None) -> list[BaseRoute]:
    """All pages, in order; the last takes whatever no other route took.

    Compiles both languages, so that a broken catalogue is found at the start.
    """
    for lang in language.LANGUAGES:
        environment(lang)
    site = Site(desk, csrf, public_url)
    return [
        Route("/e", partial(desk_page.show, site), methods=["GET"]),
        Route("/e", partial(desk_page.submit, site), methods=["POST"]),
        Route("/e/static/{name}", partial(static.show, site)),
        Route("/e/pastes", partial(pastes.show, site)),
        Route("/e/cases", partial(cases.show, site)),
        Route("/e/cases/{id}", partial(case.show, site)),
        Route("/e/rules/{provider}/{rule}", partial(rule.show, site)),
        Route("/e/{id}", partial(paste.show, site)),
        Route("/e/{id}/feedback", partial(paste.give_feedback, site), methods=["POST"]),
        Route("/{rest:path}", partial(_missing, site)),
    ]


async def _missing(site: Site, request: Request) -> Response:
    if request.path_params["rest"] in ("", "e/"):
        return RedirectResponse("/e")
    lang = site.lang(request)
    form = negotiation.accepted(request.headers.get("accept"))
    return site.refuse(request, lang, 404, refusals.missing("page", lang), form=form)
