"""What the next page tells its reader once, across a redirect and without a cookie.

The redirect's address names a ticket. The first page that is asked for with it has what was left there; afterwards the ticket is worth
nothing, so an address that is shared, logged or kept in a history gives nothing away.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

FIELD = "filed"
_KEPT_MAX = 20_000


class Handover:
    """Secrets by ticket, each for one page. What nobody asked for is forgotten when too many wait."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._left = 0

    def leave(self, subject: str, secret: str) -> str:
        """The ticket for a secret that belongs to the page of this subject: another one each time, for the last stands in an address."""
        self._left += 1
        ticket = hashlib.sha256(f"ticket {self._left} {subject} {secret}".encode()).hexdigest()[:32]
        self._waiting[ticket] = (subject, secret)
        if len(self._waiting) > _KEPT_MAX:
            self._waiting.popitem(last=False)
        return ticket

    def take(self, ticket: str | None, subject: str) -> str | None:
        """The secret, this once; None where there is none for this page."""
        found = self._waiting.get(ticket or "")
        if found is None or found[0] != subject:
            return None
        del self._waiting[ticket or ""]
        return found[1]
