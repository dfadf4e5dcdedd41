"""`/sign-in` and `/sign-out`: the admin token in, a session cookie out, and its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import forms, refusals
from solvent.console.operator_site import OperatorSite, place
from solvent.console.session import AGE_S_MAX, COOKIE
from solvent.console.site import Problem

View = Callable[[OperatorSite, Request], Awaitable[Response]]


async def required(site: OperatorSite, view: View, request: Request) -> Response:
    """The view for a visitor who is signed in; anybody else is asked to, and comes back afterwards."""
    if site.session_id(request) is not None:
        return await view(site, request)
    lang, reads = site.lang(request), request.method in ("GET", "HEAD")
    if reads and request.url.path == "/":
        return _page(site, request, lang, "/")
    return site.sent_on("/sign-in", lang, next=place(request.url.path if reads else "/"))


async def show(site: OperatorSite, request: Request) -> Response:
    """The form; whoever is signed in already goes on."""
    lang, wanted = site.lang(request), place(request.query_params.get("next"))
    if site.session_id(request) is not None:
        return site.sent_on(wanted, lang)
    return _page(site, request, lang, wanted)


async def submit(site: OperatorSite, request: Request) -> Response:
    """Takes the token. Every try is a post, and so counts against the limit of posts from one address."""
    lang = site.lang(request)
    read = await forms.read(request, site.csrf, lang)
    if isinstance(read, forms.Unread):
        return site.refused(request, lang, read.status, read.problem, "/sign-in")
    lang, wanted = site.lang(request, read.fields.get("lang")), place(read.fields.get("next"))
    if read.refusal is not None:
        return _page(site, request, lang, wanted, 403, refusals.operator_csrf(read.refusal, lang))
    if not site.session.admits(read.fields.get("token", "")):
        return _page(site, request, lang, wanted, 401, refusals.wrong_token(lang))
    answer = site.sent_on(wanted, lang)
    answer.set_cookie(COOKIE, site.session.begin(), max_age=AGE_S_MAX, path="/", secure=site.secure, httponly=True, samesite="strict")
    return answer


async def leave(site: OperatorSite, request: Request) -> Response:
    """Ends the session and takes its cookie away."""
    done = await site.posted(request, "/")
    if isinstance(done, Response):
        return done
    session_id = site.session_id(request)
    if session_id is not None:
        site.session.end(session_id)
    answer = site.sent_on("/sign-in", done.lang, done="signed_out")
    answer.delete_cookie(COOKIE, path="/", secure=site.secure, httponly=True, samesite="strict")
    return answer


def _page(site: OperatorSite, request: Request, lang: str, wanted: str, status: int = 200, problem: Problem | None = None) -> Response:
    answer = site.page(
        request,
        "sign_in.html",
        lang,
        status=status,
        here="/sign-in",
        # Of no session: the form stays good where another window signed in or out meanwhile.
        csrf_token=site.csrf.token(),
        signed_in=False,
        next=wanted,
        problem=problem,
    )
    if status == 401:
        # A status 401 must name a scheme. Browsers do not know this one, so they show the page and ask nothing themselves.
        answer.headers["www-authenticate"] = 'Bearer realm="solvent"'
    return answer
