"""What every page of the operator needs: the acts, the session, and how a page, a refusal or a form that was done becomes an answer.

Nothing here is shown or done without a session, and every form is bound to the session that its page was made for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from solvent.console import forms, refusals
from solvent.console.csrf import Csrf
from solvent.console.labels import DONE
from solvent.console.session import COOKIE, Session
from solvent.console.site import Problem, Site, href
from solvent.operations.accounts import Accounts
from solvent.operations.asking import Refused, Why
from solvent.operations.assistance import Opinions
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from solvent.operations.keys import Keys
from solvent.operations.requests import Requests
from solvent.operations.topups import TopUps

# Pages hold the operator's money and, once, a key: nobody keeps them.
_KEEP_NOTHING = "no-store"
_PLACE = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9/_.-]*)?")
_ONCE = re.compile(r"[0-9a-f]{32}")
_STATUS = {Why.UNKNOWN: 404, Why.CONFLICT: 409, Why.REUSED: 409}


@dataclass(frozen=True, slots=True)
class Operations:
    """The acts that the pages call. `gateway_url` is where callers reach the gateway, without a slash or `/v1` at its end."""

    desk: Desk
    casework: Casework
    accounts: Accounts
    keys: Keys
    topups: TopUps
    requests: Requests
    opinions: Opinions
    gateway_url: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted form that may be acted on: its fields, and the language to answer in."""

    lang: str
    fields: dict[str, str]

    def text(self, name: str) -> str:
        """A field without blanks around it; empty where it is missing."""
        return self.fields.get(name, "").strip()

    def key(self, *subject: str) -> str | None:
        """The Idempotency-Key of this form for this subject: a form that is sent twice acts once. None where the page gave none."""
        once = self.fields.get("once", "")
        if not _ONCE.fullmatch(once):
            return None
        return hashlib.sha256("\n".join((*subject, once)).encode("utf-8", "replace")).hexdigest()


class OperatorSite(Site):
    """The operator's pages as a whole."""

    def __init__(self, operations: Operations, session: Session, csrf: Csrf, public_url: str | None = None) -> None:
        super().__init__(operations.desk, csrf, public_url, console=True)
        self.operations = operations
        self.session = session
        self.secure = public_url is not None and public_url.lower().startswith("https://")

    def session_id(self, request: Request) -> str | None:
        """The visitor's session, or None."""
        return self.session.read(request.cookies.get(COOKIE))

    def page(self, request: Request, template: str, lang: str, *, status: int = 200, **values: Any) -> Response:
        """A page for this visitor, with tokens for the visitor's session alone."""
        session_id = self.session_id(request) or ""
        common = {
            "csrf_token": self.csrf.token(session_id),
            "once": self.session.random_id(),
            "signed_in": bool(session_id),
            "gateway_url": self.operations.gateway_url,
            "done": DONE.get(request.query_params.get("done", "")),
        }
        answer = super().page(request, template, lang, status=status, **(common | values))
        answer.headers["cache-control"] = _KEEP_NOTHING
        answer.headers["vary"] = f"{answer.headers['vary']}, Cookie"
        return answer

    async def posted(self, request: Request, here: str) -> Posted | Response:
        """The form of a visitor who is signed in, or the refusal; `here` is the page to go back to."""
        lang = self.lang(request)
        read = await forms.read(request, self.csrf, lang, self.session_id(request) or "")
        if isinstance(read, forms.Unread):
            return self.refused(request, lang, read.status, read.problem, here)
        lang = self.lang(request, read.fields.get("lang"))
        if read.refusal is not None:
            return self.refused(request, lang, 403, refusals.operator_csrf(read.refusal, lang), here)
        return Posted(lang, read.fields)

    def refused(self, request: Request, lang: str, status: int, problem: Problem, here: str) -> Response:
        """A refusal as a page of the console that leads back to `here`."""
        return self.page(request, "refused.html", lang, status=status, code=status, problem=problem, here=here)

    def declined(self, request: Request, lang: str, why: Refused, here: str, conflict: Problem, unknown: str) -> Response:
        """What the operations refused. `conflict` says it in the reader's words where the thing is there and not in a state for it."""
        words = {
            Why.UNKNOWN: refusals.missing(unknown, lang),
            Why.CONFLICT: conflict,
            Why.REUSED: refusals.used_form(lang),
        }[why.why]
        return self.refused(request, lang, _STATUS[why.why], words, here)

    def sent_on(self, path: str, lang: str, fragment: str = "", **query: str) -> Response:
        """Sends a browser on after a post, so that a reload does nothing twice."""
        return RedirectResponse(href(path, lang, **query) + fragment, status_code=303)


def place(wanted: str | None) -> str:
    """A path of this server and nothing else: what looks like another address becomes the home."""
    return wanted if wanted is not None and _PLACE.fullmatch(wanted) else "/"
