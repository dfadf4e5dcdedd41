"""The verdict: one judgement on one failure, the same for a reader, for failover, for an alert and for a case.

Field names and codes are the outside contract; `as_json` gives exactly its shape.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Category(StrEnum):
    """What failed, by cause and not by status code."""

    CREDIT_EXHAUSTED = "credit_exhausted"
    BUDGET_LIMIT = "budget_limit"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    AUTH_INVALID = "auth_invalid"
    PERMISSION_DENIED = "permission_denied"
    MODEL_NOT_FOUND = "model_not_found"
    CONTEXT_TOO_LONG = "context_too_long"
    REQUEST_TOO_LARGE = "request_too_large"
    INVALID_REQUEST = "invalid_request"
    CONTENT_FILTERED = "content_filtered"
    REGION_BLOCKED = "region_blocked"
    ACCOUNT_SUSPENDED = "account_suspended"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    NETWORK = "network"
    NO_CHANNEL = "no_channel"
    CLIENT_CODE = "client_code"
    NOT_AN_ERROR = "not_an_error"
    OTHER = "other"


class Wallet(StrEnum):
    """Whose money or limit is empty, seen from the reader."""

    OWN_PROVIDER_ACCOUNT = "own_provider_account"
    RELAY_UPSTREAM = "relay_upstream"
    RELAY_USER = "relay_user"
    KEY_BUDGET = "key_budget"
    NONE = "none"


class Actor(StrEnum):
    """Who can cure it."""

    YOU = "you"
    RELAY_OPERATOR = "relay_operator"
    PROVIDER = "provider"
    NOBODY = "nobody"  # it passes by itself, or there is nothing to cure


class Role(StrEnum):
    """What a layer between the reader and the innermost speaker is."""

    APP = "app"
    SDK = "sdk"
    EDGE = "edge"  # a proxy or CDN that holds no account: nginx, Cloudflare
    GATEWAY = "gateway"  # passes calls on under the reader's own provider key, or cannot be told from it
    RELAY = "relay"  # sells calls on under an account of its own
    PROVIDER = "provider"


class Layer(Struct, frozen=True):
    """One party of the chain.

    `name` is the catalogue's name, `label` is for people, `spoke` quotes the words that this layer added (None where it only
    passed on), `request_id` is its own id (None where unknown), `empty` says that the money or limit that ran out is held here.
    """

    role: Role
    name: str
    label: str
    spoke: str | None = None
    request_id: str | None = None
    empty: bool = False


class RequestId(Struct, frozen=True):
    """A request id found in the text; `times` are all instants it can mean, ISO 8601 with zone, empty where it holds none."""

    id: str
    issuer: str
    times: tuple[str, ...] = ()


class Evidence(Struct, frozen=True):
    """A quote from the text and what it proves."""

    quote: str
    says: str


class Tried(Struct, frozen=True):
    """A rule that was weighed and did not decide, and why."""

    rule: str
    why_not: str


Number = int | float


class Limit(Struct, frozen=True):
    """A bound that a request broke, in numbers as the text states them; what it does not state is None.

    `name` is the text's word for what is bounded, or one of ours (`context`, `image`); `unit` is a plural such as `tokens`.
    """

    name: str | None
    min: Number | None
    max: Number | None
    got: Number | None
    unit: str | None


class Rewriter(Struct, frozen=True):
    """Who changed the request on its way, `certainty` being `shown` or `likely`, and the quote that shows it."""

    name: str
    label: str
    certainty: str
    quote: str
    says: str


class RequestFault(Struct, frozen=True):
    """What of the request was refused, each part only where the text states it.

    `field` and `sent` are pieces of the text. `allowed` lists what the text says would pass. `dialect` is the API in whose terms
    the refusal speaks: `openai_chat`, `openai_responses`, `anthropic_messages` or `gemini_generate`.
    """

    field: str | None
    sent: str | None
    allowed: tuple[str, ...]
    limit: Limit | None
    model: str | None
    dialect: str | None
    rewritten_by: Rewriter | None

    def as_json(self) -> dict[str, Any]:
        """The `request` object of a verdict."""
        limit, by = self.limit, self.rewritten_by
        return {
            "field": self.field,
            "sent": self.sent,
            "allowed": list(self.allowed),
            "limit": None
            if limit is None
            else {"name": limit.name, "min": limit.min, "max": limit.max, "got": limit.got, "unit": limit.unit},
            "model": self.model,
            "dialect": self.dialect,
            "rewritten_by": None
            if by is None
            else {"name": by.name, "label": by.label, "certainty": by.certainty, "quote": by.quote, "says": by.says},
        }


class Read(Struct, frozen=True, rename={"day": "read"}):
    """Where something that a report says was read; `day` is ISO 8601, `evidence` as in `catalogue.tables.Source`."""

    address: str
    day: str
    evidence: str

    def as_json(self) -> dict[str, str]:
        """The `source` object of the contract."""
        return {"address": self.address, "read": self.day, "evidence": self.evidence}


class AppHelp(Struct, frozen=True):
    """How one thing that the solution asks for is done in the app that the text comes from."""

    app: str
    label: str
    act: str
    title: str
    steps: tuple[str, ...]
    source: Read

    def as_json(self) -> dict[str, Any]:
        """One of the `app_steps` of the contract."""
        return {
            "app": self.app,
            "label": self.label,
            "act": self.act,
            "title": self.title,
            "steps": list(self.steps),
            "source": self.source.as_json(),
        }


class PaidPoint(Struct, frozen=True):
    """One thing to know or to do for somebody who paid and whose calls still fail.

    `kind` is `first` (what to make sure of), `delay`, `cause` or `check`; `command` is a call that costs nothing. `source` is None
    where the sentence states no fact about a party.
    """

    kind: str
    text: str
    command: str | None = None
    source: Read | None = None

    def as_json(self) -> dict[str, Any]:
        """One of the `points` of the contract's `paid`."""
        source = None if self.source is None else self.source.as_json()
        return {"kind": self.kind, "text": self.text, "command": self.command, "source": source}


class Paid(Struct, frozen=True):
    """The answer to “I paid and it still fails”; `said` tells that the text itself says so."""

    said: bool
    points: tuple[PaidPoint, ...]

    def as_json(self) -> dict[str, Any]:
        """The `paid` object of the contract."""
        return {"said": self.said, "points": [point.as_json() for point in self.points]}


class Report(Struct, frozen=True):
    """The judgement in words, in one language."""

    lang: str
    title: str
    summary: str
    original: str
    translation: str
    cause: str
    who_acts: str
    solution: tuple[str, ...]
    prevention: tuple[str, ...]
    write_to: str | None
    code_language: str
    code_dialect: str
    code: str
    code_variables: tuple[str, ...]
    app_steps: tuple[AppHelp, ...] = ()
    paid: Paid | None = None
    source: str = "catalogue"

    def as_json(self) -> dict[str, Any]:
        """The `report` object of the contract."""
        return {
            "lang": self.lang,
            "title": self.title,
            "summary": self.summary,
            "translation": {"original": self.original, "text": self.translation},
            "cause": self.cause,
            "who_acts": self.who_acts,
            "solution": list(self.solution),
            "app_steps": [item.as_json() for item in self.app_steps],
            "paid": None if self.paid is None else self.paid.as_json(),
            "prevention": list(self.prevention),
            "write_to": self.write_to,
            "code": {
                "language": self.code_language,
                "dialect": self.code_dialect,
                "variables": list(self.code_variables),
                "text": self.code,
            },
            "source": self.source,
        }


class Verdict(Struct, frozen=True):
    """What one failure means.

    `provider` made the innermost error (`unknown` where nothing tells); `layers` runs from the reader's app to the provider, and
    `via` names what wrapped the error, innermost first. `confidence` lies between 0 and 1. `rule` is None where no rule matched.
    `retry_after_s` is the wait from the failure on, where the text states one.
    `request` says what of the request was refused, None where the failure is not about the request or nothing is stated.
    """

    category: Category
    wallet: Wallet
    actor: Actor
    provider: str
    via: tuple[str, ...]
    layers: tuple[Layer, ...]
    http_status: int | None
    http_status_source: str | None
    http_status_should_be: int | None
    retryable: bool
    available_at: str | None
    window: str | None
    confidence: float
    rule: str | None
    language: str
    request_ids: tuple[RequestId, ...]
    evidence: tuple[Evidence, ...]
    trail: tuple[Tried, ...]
    fingerprint: str
    request: RequestFault | None = None
    retry_after_s: int | None = None

    @property
    def doc_url(self) -> str | None:
        """The rule's own page, as a path on the desk."""
        return None if self.rule is None else f"/e/rules/{self.rule}"

    def as_json(self, report: Report | None = None) -> dict[str, Any]:
        """The verdict object of the contract; `report` is added where given."""
        body: dict[str, Any] = {
            "category": self.category.value,
            "wallet": self.wallet.value,
            "actor": self.actor.value,
            "provider": self.provider,
            "via": list(self.via),
            "http_status": self.http_status,
            "http_status_source": self.http_status_source,
            "http_status_should_be": self.http_status_should_be,
            "retryable": self.retryable,
            "available_at": self.available_at,
            "retry_after_s": self.retry_after_s,
            "window": self.window,
            "doc_url": self.doc_url,
            "confidence": self.confidence,
            "rule": self.rule,
            "language": self.language,
            "request_ids": [
                {"id": found.id, "issuer": found.issuer} | ({"times": list(found.times)} if found.times else {})
                for found in self.request_ids
            ],
            "evidence": [{"quote": item.quote, "says": item.says} for item in self.evidence],
            "trail": [{"rule": item.rule, "why_not": item.why_not} for item in self.trail],
            "layers": [
                {
                    "role": layer.role.value,
                    "name": layer.name,
                    "label": layer.label,
                    "spoke": layer.spoke,
                    "request_id": layer.request_id,
                    "empty": layer.empty,
                }
                for layer in self.layers
            ],
            "fingerprint": self.fingerprint,
            "request": None if self.request is None else self.request.as_json(),
        }
        if report is not None:
            body["report"] = report.as_json()
        return body
