"""What every view needs: the desk, the token maker, and how a page, a refusal or a redirect becomes an answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from solvent.catalogue.load import Catalogue
from solvent.console import language
from solvent.console.csrf import Csrf
from solvent.console.handover import Handover
from solvent.console.negotiation import Form
from solvent.console.proof import Proof
from solvent.console.render import render
from solvent.operations.assistance import Assistance
from solvent.operations.cases import Desk

PAGE_LENGTH = 25  # of a list's items
_ASSETS = {
    "desk.css": "text/css",
    "console.css": "text/css",
    "desk.js": "text/javascript",
    "opinion.js": "text/javascript",
    "filing.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# What an address says for one page alone: links to the same page in another language leave it out.
_ONCE = ("filed", "token", "done", "trouble", "pasted")
# Pages hold what people pasted: a browser may keep them for its own reader, a cache between may not.
_PRIVATE = {"cache-control": "private, no-cache", "vary": "Accept, Accept-Language"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused: what happened, and why with the next step."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file and its media type; `version` changes with its content."""

    body: bytes
    media_type: str
    version: str


def assets() -> dict[str, Asset]:
    """The static files by name, read once."""
    found = {}
    for name, media_type in _ASSETS.items():
        body = (files("solvent.console") / "static" / name).read_bytes()
        found[name] = Asset(body, media_type, hashlib.sha256(body).hexdigest()[:10])
    return found


@dataclass(frozen=True, slots=True)
class Stage:
    """The model-assisted stage as pages have it: the acts, and what proves who asked."""

    assistance: Assistance
    proof: Proof


class Site:
    """The desk's pages as a whole. `public_url` is where strangers reach them, without a slash at its end; None where nowhere.

    `console`: whether the operator's pages are served beside them, so that a link may lead there. `stage`: None where no model is asked.
    """

    def __init__(self, desk: Desk, csrf: Csrf, public_url: str | None = None, *, console: bool = False, stage: Stage | None = None) -> None:
        self.desk = desk
        self.stage = stage
        self.csrf = csrf
        self.console = console
        self.handover = Handover()
        self.public_url = None if public_url is None else public_url.rstrip("/")
        self.assets = assets()

    @property
    def catalogue(self) -> Catalogue:
        """What is known about parties and errors."""
        return self.desk.engine.catalogue

    def lang(self, request: Request, posted: str | None = None) -> str:
        """The language of the answer: `?lang=`, else the form's, else the browser's."""
        return language.choose(request.query_params.get("lang"), posted, accept_language=request.headers.get("accept-language"))

    def page(self, request: Request, template: str, lang: str, *, status: int = 200, **values: Any) -> Response:
        """A page of the site. `values` may give its own `here` (where the page is found again) and `csrf_token`."""
        here = values.get("here") or (_local(request.url.path) if request.method in ("GET", "HEAD") else "/e")
        common = {
            "here": here,
            # What was refused has no address of its own, nor has what answers a post.
            "canonical": self._canonical(here, lang) if status < 400 and request.method in ("GET", "HEAD") else None,
            "feed_address": None,
            "href": lambda path, **query: href(path, lang, **query),
            "asset": lambda name: f"/e/static/{name}?v={self.assets[name].version}",
            "languages": self._languages(request, lang, here),
            "csrf_token": self.csrf.token(),
            "console": self.console,
            "public": self.desk.public,
            "rules_known": len(self.catalogue.rules),
            "party_label": self.catalogue.label,
        }
        body = render(template, lang, **(common | values))
        return HTMLResponse(body, status_code=status, headers=_PRIVATE | {"content-language": language.HTML_CODES[lang]})

    def base(self, request: Request) -> str:
        """What an absolute link begins with: `public_url`, else the address under which the reader came."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"

    def _canonical(self, here: str, lang: str) -> str:
        """The one address of a page in a language, whatever else was asked for; absolute where it is known how strangers come here."""
        return f"{self.public_url or ''}{here}?lang={lang}"

    def _languages(self, request: Request, lang: str, here: str) -> list[dict[str, Any]]:
        query = dict(request.query_params) if request.method in ("GET", "HEAD") else {}
        query = {name: value for name, value in query.items() if name not in _ONCE}
        return [
            {
                "code": language.HTML_CODES[code],
                "name": name,
                "address": f"{here}?{urlencode(query | {'lang': code})}",
                "canonical": self._canonical(here, code),
                "current": code == lang,
            }
            for code, name in language.NAMES.items()
        ]

    def refuse(
        self, request: Request, lang: str, status: int, problem: Problem, *, form: Form = Form.HTML, typed: str = "", **values: Any
    ) -> Response:
        """A refusal in the form that the caller reads; `typed` gives the reader's text back, `values` are those of `page`."""
        if form is Form.JSON:
            body = {"type": "about:blank", "title": problem.title, "status": status, "detail": problem.text}
            return problem_json(body, status, lang=lang)
        if form is Form.MARKDOWN:
            return markdown(f"# {problem.title}\n\n{problem.text}\n", status, lang=lang)
        return self.page(request, "refusal.html", lang, status=status, code=status, problem=problem, typed=typed, **values)


def href(path: str, lang: str, **query: Any) -> str:
    """An address of the site that keeps the language. Empty values are left out."""
    return f"{path}?{urlencode({name: value for name, value in query.items() if value} | {'lang': lang})}"


def problem_json(body: dict[str, Any], status: int = 200, *, lang: str) -> Response:
    """Problem details (RFC 9457)."""
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return Response(text, status, headers=_PRIVATE | {"content-language": language.HTML_CODES[lang]}, media_type="application/problem+json")


def markdown(text: str, status: int = 200, *, lang: str) -> Response:
    """A Markdown text."""
    return PlainTextResponse(text, status, headers=_PRIVATE | {"content-language": language.HTML_CODES[lang]}, media_type="text/markdown")


def see_other(path: str, lang: str | None, fragment: str = "", **query: str) -> Response:
    """Sends a browser on after a post; `lang` is kept where the reader chose it, and only there is anything else said."""
    return RedirectResponse((path if lang is None else href(path, lang, **query)) + fragment, status_code=303)


def gettext(lang: str, text: str, **values: Any) -> str:
    """A text of the catalogues outside a template."""
    words = str(language.translations(lang).gettext(text))
    return words % values if values else words


def _local(path: str) -> str:
    """The path as an address of this server: `//host` would be another one's."""
    return quote("/" + path.lstrip("/\\"))
