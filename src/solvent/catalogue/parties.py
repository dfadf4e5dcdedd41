"""Who takes part in a call: providers, relays and gateways, and clients (apps, SDKs, and the proxies in between)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from solvent.catalogue.api import Api, read_api
from solvent.catalogue.paid import Fact, read_paid
from solvent.catalogue.steps import Act, AppSteps, read_steps
from solvent.catalogue.tables import Source, Table
from solvent.model.verdict import Role

_ROLES = tuple(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Mark:
    """An expression that shows a party's presence; the weights of all its marks that occur are added up."""

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Link:
    """A page of a party that a solution may point to; `seen_in` is where the address was read."""

    kind: str
    address: str
    seen_in: str


@dataclass(frozen=True, slots=True)
class Reset:
    """When a party's limits of one window (`day` or `month`) begin anew: at midnight in a zone, of a month on its first day."""

    window: str
    zone: str


@dataclass(frozen=True, slots=True)
class Party:
    """One provider, relay, gateway, edge, SDK or app.

    `marks` show it in a text, `codes` in a code-like field, `hosts` in an address. `own_account` says that it serves calls from an
    account of its own, so that a provider's money error behind it is its operator's and not the reader's. `empty_param` says that it
    writes `"param": ""` itself, which else is the mark of a relay. `api`: how an account there is called, None where that is not known.
    `dialect`: the only API that a client speaks, None where it speaks several. `sends` are fields that a client adds to requests by itself.
    `steps` are where things are done in an app, `paid` what is known where somebody paid there and calls still fail.
    `resets`: when its limits begin anew, as far as somebody read it. `service`: who answers the calls of an app that names nobody
    else, so that words of nobody in particular are theirs. `callers_key`: what shows in its answer that it called the
    provider with the reader's own key there, None where it never tells. `sells_direct`: developers hold their accounts there as with a
    provider, so that an empty one is called the reader's own.
    """

    name: str
    label: str
    role: Role
    own_account: bool
    empty_param: bool
    language: str | None
    hosts: tuple[str, ...]
    marks: tuple[Mark, ...]
    codes: tuple[str, ...]
    models: tuple[str, ...]
    links: tuple[Link, ...]
    source: Source
    api: Api | None = None
    dialect: str | None = None
    sends: tuple[str, ...] = ()
    steps: dict[Act, AppSteps] = field(default_factory=dict)
    paid: tuple[Fact, ...] = ()
    resets: tuple[Reset, ...] = ()
    service: str | None = None
    callers_key: str | None = None
    sells_direct: bool = False

    def link(self, kind: str) -> str | None:
        """The address of a page such as `billing`, `status` or `keys`, or None."""
        return next((link.address for link in self.links if link.kind == kind), None)


DIALECTS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini_generate")
# Whose API so many others speak that a client's setting of this name shows little.
_APIS_OF_MANY = frozenset({"openai", "anthropic"})
HOST_WEIGHT, CODE_WEIGHT, NAMED_WEIGHT, MODEL_WEIGHT = 8, 4, 3, 1


def read_party(data: dict[str, Any], where: str) -> Party:
    """One party from its parsed file. Raises `CatalogueError` with the file's name."""
    table = Table(data, where)
    name, label = table.text("name"), table.text("label")
    hosts, models = table.texts("hosts"), table.texts("models")
    role = Role(table.choice("role", _ROLES))
    marks = _read_marks(table, hosts, models)
    if role is Role.PROVIDER:
        marks += _called(name, label)
    links = []
    for item in table.tables("link"):
        links.append(Link(item.text("kind"), item.text("address"), item.text("seen_in")))
        item.done()
    sends = []
    for item in table.tables("sends"):
        sends.append(item.text("field"))
        item.text("seen_in")
        item.done()
    resets = tuple(_read_reset(item) for item in table.tables("reset"))
    party = Party(
        name=name,
        label=label,
        role=role,
        own_account=bool(table.flag("own_account", default=role is Role.RELAY)),
        empty_param=bool(table.flag("empty_param", default=False)),
        language=table.text("language", "") or None,
        hosts=hosts,
        marks=tuple(marks),
        codes=tuple(code.lower() for code in table.texts("codes")),
        models=models,
        links=tuple(links),
        source=table.source(),
        api=None if (api := table.table("api")) is None else read_api(api),
        dialect=table.choice("dialect", DIALECTS, "") or None,
        sends=tuple(sends),
        steps=read_steps(table.tables("steps")),
        paid=read_paid(table.tables("paid")),
        resets=resets,
        service=table.text("service", "") or None,
        callers_key=table.text("callers_key", "") or None,
        sells_direct=bool(table.flag("sells_direct", default=False)),
    )
    table.done()
    if party.steps and role is not Role.APP:
        raise table.fail(f"`[[steps]]` are of apps, and this is a {role}")
    return party


def _read_marks(table: Table, hosts: tuple[str, ...], models: tuple[str, ...]) -> list[Mark]:
    marks = [Mark(rf"(?:^|[^a-z0-9.-])\.?(?:[a-z0-9-]+\.)*{_quoted(host)}(?:[^a-z0-9-]|$)", HOST_WEIGHT) for host in hosts]
    marks += [Mark(rf"(?:^|[^a-z0-9-]){model}", MODEL_WEIGHT) for model in models]
    for item in table.tables("mark"):
        marks.append(Mark(item.text("text"), item.number("weight", 5) or 5))
        item.done()
    return marks


def _called(name: str, label: str) -> list[Mark]:
    """The ways in which others say that they called a provider."""
    # Clients name it in a field of their own, and may mean an API that others speak as well: `provider: mistral`. Whoever calls
    # it says so: `"provider_name": "DeepInfra"`, `providerID=tencent`.
    named = MODEL_WEIGHT if name in _APIS_OF_MANY else NAMED_WEIGHT
    marks = [Mark(rf"provider[\"']?\s?[:=]\s?[\"']?{_quoted(name)}(?:[^a-z0-9-]|$)", named)]
    called = _quoted(name) if label.lower().startswith(name) else f"(?:{_quoted(name)}|{_quoted(label.lower())})"
    says = rf"provider_?(?:name|id)[\"']?\s?[:=]\s?[\"']?{called}(?:[^a-z0-9-]|$)"
    if name not in _APIS_OF_MANY:
        # So LiteLLM names whom it called, and gateways tell what came of it.
        says += rf"|(?:^|[^a-z]){called}(?:_?ai)?exception(?:[^a-z]|$)"
        says += rf"|(?:^|[^a-z0-9-]){called} returned (?:http|status|an error|[45]\d\d\b)"
    return [*marks, Mark(says, HOST_WEIGHT)]


def _read_reset(table: Table) -> Reset:
    found = Reset(table.choice("window", ("day", "month")), table.text("zone"))
    table.text("seen_in")
    table.done()
    return found


def _quoted(host: str) -> str:
    return host.replace(".", r"\.")
