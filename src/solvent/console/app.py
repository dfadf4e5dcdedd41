"""The lists of the desk's and the operator's routes. A new page is a view, a template of the same name, and one line here."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from solvent.catalogue.tables import LANGUAGES
from solvent.console import (
    accounts,
    case,
    cases,
    deletion,
    feed,
    keys,
    negotiation,
    occurrences,
    opinion,
    opinions,
    paste,
    pastes,
    refusals,
    requests,
    robots,
    rule,
    sign_in,
    sitemap,
    static,
    unmatched,
)
from solvent.console import desk as desk_page
from solvent.console.csrf import Csrf
from solvent.console.operator_site import Operations, OperatorSite
from solvent.console.render import environment
from solvent.console.session import Session
from solvent.console.sign_in import View
from solvent.console.site import Site, Stage
from solvent.operations.cases import Desk


def pages(desk: Desk, csrf: Csrf, *, public_url: str | None = None, console: bool = False, stage: Stage | None = None) -> list[BaseRoute]:
    """All pages of the desk, in order; the last takes whatever no other route took. `console`: link to the operator's pages.

    Compiles both languages, so that a broken catalogue is found at the start.
    """
    for lang in LANGUAGES:
        environment(lang)
    site = Site(desk, csrf, public_url, console=console, stage=stage)
    return [
        Route("/e", partial(desk_page.show, site), methods=["GET"]),
        Route("/e", partial(desk_page.submit, site), methods=["POST"]),
        Route("/e/static/{name}", partial(static.show, site)),
        Route("/e/pastes", partial(pastes.show, site)),
        Route("/e/cases", partial(cases.show, site)),
        Route("/e/cases/{id}", partial(case.show, site)),
        Route("/e/rules/{provider}/{rule}", partial(rule.show, site)),
        Route("/e/feed.xml", partial(feed.show, site)),
        Route("/e/sitemap.xml", sitemap.Sitemap(site).show),
        Route("/e/{id}", partial(paste.show, site)),
        Route("/e/{id}/opinion", partial(opinion.ask, site), methods=["POST"]),
        Route("/e/{id}/feedback", partial(paste.give_feedback, site), methods=["POST"]),
        Route("/e/{id}/delete", partial(deletion.show, site), methods=["GET"]),
        Route("/e/{id}/delete", partial(deletion.submit, site), methods=["POST"]),
        Route("/robots.txt", partial(robots.show, site)),
        Route("/{rest:path}", partial(_missing, site)),
    ]


def operator_pages(operations: Operations, session: Session, csrf: Csrf, *, public_url: str | None = None) -> list[BaseRoute]:
    """All pages of the operator, in order. They go before the desk's, whose last route takes whatever is left.

    Compiles both languages, so that a broken catalogue is found at the start.
    """
    for lang in LANGUAGES:
        environment(lang)
    site = OperatorSite(operations, session, csrf, public_url)

    def route(path: str, view: View, method: str = "GET") -> Route:
        return Route(path, partial(sign_in.required, site, view), methods=[method])

    return [
        Route("/sign-in", partial(sign_in.show, site), methods=["GET"]),
        Route("/sign-in", partial(sign_in.submit, site), methods=["POST"]),
        Route("/sign-out", partial(sign_in.leave, site), methods=["POST"]),
        route("/", accounts.show),
        route("/accounts/{name:path}/topups", accounts.top_up, "POST"),
        route("/accounts/{name:path}/rearm", accounts.rearm, "POST"),
        route("/accounts/{name:path}/drill", accounts.drill, "POST"),
        route("/requests", requests.show),
        route("/requests/{id}", requests.show_one),
        route("/keys", keys.show),
        route("/keys", keys.create, "POST"),
        route("/keys/{id}", keys.show_one),
        route("/keys/{id}/topups", keys.top_up, "POST"),
        route("/keys/{id}/revoke", keys.revoke, "POST"),
        route("/occurrences", occurrences.show),
        route("/occurrences/{id}/delete", occurrences.delete, "POST"),
        Route("/e/cases/{id}", partial(case.show_to_all, site), methods=["GET"]),
        route("/unmatched", unmatched.show),
        route("/unmatched/{id}", unmatched.show_draft),
        route("/cases/{id}/state", case.resolve, "POST"),
        route("/cases/{id}/merge", case.merge, "POST"),
        route("/cases/{id}/split", case.split, "POST"),
        route("/opinions", opinions.show),
        route("/opinions/{id}", opinions.decide, "POST"),
    ]


async def _missing(site: Site, request: Request) -> Response:
    if request.path_params["rest"] in ("", "e/"):
        return RedirectResponse("/e")
    lang = site.lang(request)
    form = negotiation.accepted(request.headers.get("accept"))
    return site.refuse(request, lang, 404, refusals.missing("page", lang), form=form)
