"""Refusals of the API: problem details (RFC 9457) that say what happened, why, and the next step."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """The refusal as `application/problem+json`; `more` are further fields of it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
