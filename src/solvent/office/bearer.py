"""The admin token in an `Authorization` header."""

from __future__ import annotations

import hmac


def carries(authorization: str, admin_token: str) -> bool:
    """Whether the header's value is `Bearer` and this token, compared in a time that tells nothing about it."""
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), admin_token.encode())
