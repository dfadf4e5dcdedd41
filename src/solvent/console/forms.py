"""Reading a posted form: its kind, its fields, and the text that people send in ways that no browser would."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from solvent.base import paste
from solvent.base.errors import UsageError
from solvent.console import refusals
from solvent.console.csrf import FIELD, Csrf, Refusal
from solvent.console.site import Problem, Site

_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
# More than a whole body may hold: the guard refuses that first, in better words.
_PART_BYTES_MAX = paste.PASTE_BYTES_MAX * 8
_FIELDS_MAX = 32
_FILES_MAX = 2


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a form as texts. `refusal` is set where it must not be acted on."""

    fields: dict[str, str]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A body that is no form."""

    status: int
    problem: Problem


async def read(request: Request, csrf: Csrf, lang: str, session_id: str = "") -> Posted | Unread:
    """The posted form, checked for its origin and session; `lang` is the language of the words where it cannot be read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_URLENCODED, _MULTIPART):
        return Unread(415, refusals.not_a_form(lang))
    try:
        form = await request.form(max_files=_FILES_MAX, max_fields=_FIELDS_MAX, max_part_size=_PART_BYTES_MAX)
    except (HTTPException, MultiPartException, UnicodeError):
        # The last: a part may name any encoding that Python has, such as those of host names.
        return Unread(400, refusals.broken_form(lang))
    fields = await _texts(form, repair=kind == _URLENCODED)
    return Posted(fields, csrf.refusal(request.headers, fields.get(FIELD), session_id))


async def taken(site: Site, request: Request) -> tuple[str, dict[str, str]] | Response:
    """The language to answer in and the fields of a form that may be acted on, or the refusal."""
    lang = site.lang(request)
    posted = await read(request, site.csrf, lang)
    if isinstance(posted, Unread):
        return site.refuse(request, lang, posted.status, posted.problem)
    lang = site.lang(request, posted.fields.get("lang"))
    if posted.refusal is not None:
        return site.refuse(request, lang, 403, refusals.csrf(posted.refusal, lang))
    return lang, posted.fields


async def _texts(form: FormData, *, repair: bool) -> dict[str, str]:
    fields = {}
    for name, value in form.items():
        if isinstance(value, UploadFile):
            fields[name] = _decoded(await value.read(paste.PASTE_BYTES_MAX + 1))
        else:
            fields[name] = _repaired(value) if repair else value
    await form.close()
    return fields


def _decoded(raw: bytes) -> str:
    """A file's text. What cannot be read is handed on as it is, for the desk to refuse in its own words."""
    try:
        return paste.decode(raw)
    except UsageError:
        return raw.decode("utf-8", "replace") if len(raw) <= paste.PASTE_BYTES_MAX else "\N{REPLACEMENT CHARACTER}" * len(raw)


def _repaired(value: str) -> str:
    """`curl --data raw=中文` sends bare UTF-8 where a form has percent signs; read as Latin-1 it would be unreadable."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except ValueError:
        return value
