"""Proof that a posted form was ours: a signed, timed token, without any memory of the visitor; the console's also names the session.

Browsers always betray themselves by `Origin`, `Sec-Fetch-Site` or `Cookie`; what they post must come from a page of this server and
carry the token that the page held. A post with none of these headers comes from a program, which no other site can steer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from itsdangerous import BadSignature

from solvent.console.signing import Signer

AGE_S_MAX = 12 * 3600
FIELD = "csrf"
_SALT = "solvent.console.form"
_SUBJECT = "form"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Refusal(StrEnum):
    """Why a post is not taken."""

    OTHER_SITE = "other_site"  # another site's page sent it
    NO_TOKEN = "no_token"  # noqa: S105 - the name of a reason
    STALE = "stale"  # the token is older than `AGE_S_MAX`, from another session, or from before a change of the secret


class Csrf:
    """Issues and checks tokens. `now_s` tells the time in whole seconds since 1970; by default the machine's."""

    def __init__(self, secret: bytes, *, now_s: Callable[[], int] | None = None) -> None:
        self._signer = Signer(secret, _SALT, now_s)

    def token(self, session_id: str = "") -> str:
        """A token that is good for `AGE_S_MAX` seconds, and only together with the session where one is named."""
        return self._signer.sign(_subject(session_id)).decode("ascii")

    def refusal(self, headers: Mapping[str, str], token: str | None, session_id: str = "") -> Refusal | None:
        """Why this post is refused, or None where it may pass. `headers` must answer to lower-case names."""
        if not any(name in headers for name in ("origin", "sec-fetch-site", "cookie")):
            return None
        if not _same_origin(headers):
            return Refusal.OTHER_SITE
        if not token:
            return Refusal.NO_TOKEN
        try:
            subject = self._signer.unsign(token, max_age=AGE_S_MAX)
        except BadSignature:
            return Refusal.STALE
        return None if subject == _subject(session_id).encode() else Refusal.STALE


def _subject(session_id: str) -> str:
    return f"{_SUBJECT}:{session_id}" if session_id else _SUBJECT


def _same_origin(headers: Mapping[str, str]) -> bool:
    """Whether nothing in the headers says that another site's page sent this."""
    if headers.get("sec-fetch-site", "same-origin").lower() not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        told = urlsplit(origin)
        scheme, port = told.scheme.lower(), told.port
        # The Host header has no scheme: a proxy in front may speak TLS, so the origin's decides which port goes unsaid.
        here = urlsplit(f"{scheme}://{headers.get('host', '')}")
        default = _DEFAULT_PORTS[scheme]
        return bool(told.hostname) and (told.hostname, port or default) == (here.hostname, here.port or default)
    except (ValueError, KeyError):
        return False
