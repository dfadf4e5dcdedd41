"""Error rules: one file each, named for the defect, with what must match and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.catalogue.steps import Act, read_acts
from solvent.catalogue.tables import Source, Steps, Table, Words
from solvent.model.verdict import Actor, Category, Wallet

VOICES = ("provider", "relay", "edge", "client", "any")
WINDOWS = ("minute", "hour", "5h", "day", "week", "month")  # the longest last
# Where no rank is given, what the folder stands for decides: a named party's own words beat a family's, and those a bare status.
_FOLDER_RANKS = {"generic": 50, "client": 40, "status": 10}
_NAMED_RANK = 70


@dataclass(frozen=True, slots=True)
class Match:
    """Conditions that must all hold. Each field is a list of which one entry suffices, except `all` (every one) and `unless` (none).

    `text`, `all` and `unless` are expressions over the flat text, `code` whole values of code-like fields, `exception` the class
    name of the last exception, `status` the status seen, `party` names of parties that the chain found, `shape` what the whole
    text is (see `diagnosis.paste.reading.Reading`). A `guess` holds only where nothing else of any rule does.
    `coarse`: the code names a class of faults, which others borrow for faults of their own, so that a sentence about another fault
    goes before it.
    """

    text: tuple[str, ...]
    all: tuple[str, ...]
    unless: tuple[str, ...]
    code: tuple[str, ...]
    exception: tuple[str, ...]
    status: tuple[int, ...]
    party: tuple[str, ...]
    not_party: tuple[str, ...]
    shape: tuple[str, ...]
    traceback: bool | None
    guess: bool = False
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A text that the rule must decide (or, as a counter-example, must not), and what else must come out."""

    text: str
    wallet: Wallet | None
    http_status: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One defect.

    `voice` says who speaks these words (a provider, a relay about its own customer, an edge proxy, the reader's own program),
    which with the chain decides whose wallet it is. None means that the category's default holds. `yields`: the category is certain,
    but the words may quote a provider, so that a provider's own rule of the same category decides where one matches too.
    `smaller_may_pass`: the money does not cover this call, but may cover a smaller one, so nothing is shut for good. `acts`, where given,
    even none, are asked for instead of the advice's.
    """

    id: str
    category: Category
    voice: str
    provider: str | None
    wallet: Wallet | None
    actor: Actor | None
    status: int | None
    status_should_be: int | None
    retryable: bool | None
    window: str | None
    rank: int
    doubtful: bool
    yields: bool
    smaller_may_pass: bool
    title: Words
    says: Words | None
    translation: Words | None
    summary: Words | None
    cause: Words | None
    who_acts: Words | None
    solution: Steps | None
    prevention: Steps | None
    write_to: Words | None
    acts: tuple[Act, ...] | None
    matches: tuple[Match, ...]
    examples: tuple[Example, ...]
    counterexamples: tuple[Example, ...]
    source: Source

    @property
    def general(self) -> bool:
        """Whether its words are nobody's in particular: those of many vendors, of any program, or a bare status."""
        return self.id.partition("/")[0] in _FOLDER_RANKS


def read_rule(data: dict[str, Any], folder: str, name: str) -> Rule:
    """One rule from its parsed file `errors/<folder>/<name>.toml`. Raises `CatalogueError` with the file's name."""
    table = Table(data, f"errors/{folder}/{name}.toml")
    title = table.words("title")
    if title is None:
        raise table.fail("`[title]` is missing: name the defect in en and zh")
    matches = tuple(_read_match(item) for item in table.tables("match"))
    if not matches:
        raise table.fail("at least one `[[match]]` is needed")
    examples = tuple(_read_example(item) for item in table.tables("example"))
    if not examples:
        raise table.fail("at least one `[[example]]` is needed")
    rule = Rule(
        id=f"{folder}/{name}",
        category=Category(table.choice("category", tuple(item.value for item in Category))),
        voice=table.choice("voice", VOICES, "provider"),
        provider=table.text("provider", "") or None,
        wallet=table.member("wallet", Wallet),
        actor=table.member("actor", Actor),
        status=table.number("status"),
        status_should_be=table.number("status_should_be"),
        retryable=table.flag("retryable", default=None),
        window=table.choice("window", WINDOWS, "") or None,
        rank=table.number("rank", _FOLDER_RANKS.get(folder, _NAMED_RANK)) or 0,
        doubtful=bool(table.flag("doubtful", default=False)),
        yields=bool(table.flag("yields", default=False)),
        smaller_may_pass=bool(table.flag("smaller_may_pass", default=False)),
        title=title,
        says=table.words("says"),
        translation=table.words("translation"),
        summary=table.words("summary"),
        cause=table.words("cause"),
        who_acts=table.words("who_acts"),
        solution=table.steps("solution"),
        prevention=table.steps("prevention"),
        write_to=table.words("write_to"),
        acts=read_acts(table),
        matches=matches,
        examples=examples,
        counterexamples=tuple(_read_example(item) for item in table.tables("counterexample")),
        source=table.source(),
    )
    table.done()
    return rule


def _read_match(table: Table) -> Match:
    match = Match(
        text=table.texts("text"),
        all=table.texts("all"),
        unless=table.texts("unless"),
        code=tuple(code.lower() for code in table.texts("code")),
        exception=table.texts("exception"),
        status=table.numbers("status"),
        party=table.texts("party"),
        not_party=table.texts("not_party"),
        shape=table.texts("shape"),
        traceback=table.flag("traceback", default=None),
        guess=bool(table.flag("guess", default=False)),
        coarse=bool(table.flag("coarse", default=False)),
    )
    table.done()
    if not (match.text or match.all or match.code or match.exception or match.status or match.shape):
        raise table.fail("needs one of `text`, `all`, `code`, `exception`, `status` or `shape`; conditions alone match everything")
    return match


def _read_example(table: Table) -> Example:
    example = Example(text=table.text("text"), wallet=table.member("wallet", Wallet), http_status=table.number("http_status"))
    table.done()
    return example
