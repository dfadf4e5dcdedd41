"""Who changed a request on its way, where the text shows it: a relay that converts between APIs, or the reader's own app.

`shown` where the words admit no other reading: a relay's own code for a failed conversion, or a field in the terms of an API that
the caller did not speak. `likely` where several hops could have done it, or where an app is only known to send that field by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solvent.catalogue.parties import Party
from solvent.catalogue.tables import Words
from solvent.diagnosis import phrases
from solvent.diagnosis.chain import Chain
from solvent.model.verdict import Rewriter

SHOWN, LIKELY = "shown", "likely"
UNKNOWN = "unknown"

# Codes of the one-api family for its own conversion (new-api: types/error.go, `ErrorCodeConvertRequestFailed`).
_CONVERSION_CODES = ("convert_request_failed",)


def of(
    window: str,
    lower: str,
    field: str | None,
    dialect: str | None,
    caller: tuple[str, str] | None,
    hops: Hops,
) -> Rewriter | None:
    """Who changed the request, or None where nothing shows that anybody did. `lower` is `window` in small letters."""
    for code in _CONVERSION_CODES:
        place = lower.find(code)
        if place >= 0:
            return hops.by(window[place : place + len(code)], phrases.CONVERSION_FAILED, SHOWN)
    if dialect is not None and caller is not None and caller[0] != dialect and field is not None:
        return hops.by(field, phrases.OTHER_API, SHOWN)
    place = lower.find("thought_signature")
    if place >= 0 and hops.between:
        return hops.by(window[place : place + len("thought_signature")], phrases.SIGNATURE_DROPPED, LIKELY)
    return None if field is None else hops.app_that_sends(field)


@dataclass(frozen=True, slots=True)
class Hops:
    """The parties that could have changed a request, in the language of whoever reads the verdict."""

    chain: Chain
    parties: Mapping[str, Party]
    lang: str

    @property
    def between(self) -> tuple[str, ...]:
        """Relays and gateways, the innermost first: it is the one that speaks the provider's API."""
        return (*(name for name, _ in self.chain.relays), *self.chain.gateways)

    def by(self, quote: str, says: Words, certainty: str) -> Rewriter:
        """The innermost hop; an SDK that speaks several APIs where there is none; nobody by name where there is neither."""
        several = tuple(name for name in self.chain.sdks if name in self.parties and self.parties[name].dialect is None)
        able = self.between or several
        name = able[0] if able else UNKNOWN
        certain = certainty if len(able) == 1 else LIKELY if able else certainty
        return Rewriter(name, self._label(name), certain, quote, says.of(self.lang))

    def app_that_sends(self, field: str) -> Rewriter | None:
        """The app or SDK of the chain that is known to send `field` by itself."""
        for name in (*self.chain.apps, *self.chain.sdks):
            party = self.parties.get(name)
            if party is not None and field in party.sends:
                return Rewriter(name, party.label, LIKELY, field, phrases.SENT_BY_ITSELF.of(self.lang).format(app=party.label))
        return None

    def _label(self, name: str) -> str:
        return self.parties[name].label if name in self.parties else name
