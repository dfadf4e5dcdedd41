"""What an advice asks its reader to do in the app that they use, and where that is done in each app.

An advice or a rule names acts; an app's file says in `[[steps]]` how one is done there, in the app's own words of each language. No
step without a source that somebody read: an app that says nothing leaves the reader with the general words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from solvent.catalogue.tables import Source, Steps, Table


class Act(StrEnum):
    """Something that a reader does in an app."""

    CHANGE_KEY = "change_key"
    CHANGE_BASE_URL = "change_base_url"
    CHANGE_MODEL = "change_model"
    CHANGE_PROVIDER_TYPE = "change_provider_type"  # the form in which the app speaks to the address
    LOWER_MAX_TOKENS = "lower_max_tokens"
    TURN_OFF_TOOLS = "turn_off_tools"
    TURN_OFF_STREAM = "turn_off_stream"
    TURN_OFF_THINKING = "turn_off_thinking"
    CLEAR_CONTEXT = "clear_context"
    CHECK_LOGIN = "check_login"  # which key or login the app really uses
    SEE_LOG = "see_log"


@dataclass(frozen=True, slots=True)
class AppSteps:
    """How one act is done in one app."""

    act: Act
    steps: Steps
    source: Source


def read_acts(table: Table) -> tuple[Act, ...] | None:
    """The acts that the key `acts` lists, in their order; None where the key is missing. Raises `CatalogueError`."""
    if not table.has("acts"):
        return None
    names = table.texts("acts")
    unknown = [name for name in names if name not in tuple(Act)]
    if unknown:
        raise table.fail(f"`acts` holds `{unknown[0]}`; it must be of {', '.join(Act)}")
    if len(set(names)) < len(names):
        raise table.fail("`acts` names an act twice")
    return tuple(Act(name) for name in names)


def read_steps(tables: list[Table]) -> dict[Act, AppSteps]:
    """An app's `[[steps]]` by act. Raises `CatalogueError` for one that nobody read, that is empty or that stands there twice."""
    found: dict[Act, AppSteps] = {}
    for table in tables:
        act = Act(table.choice("act", tuple(Act)))
        steps = table.lists()
        source = table.source()
        table.done()
        if not steps.en:
            raise table.fail("`en` and `zh` must list what is to be done")
        if not source.verified or not source.address.startswith("https://"):
            raise table.fail("steps in an app need a source that was read, with its https:// address: it is shown beside them")
        if act in found:
            raise table.fail(f"`{act}` has its steps already")
        found[act] = AppSteps(act, steps, source)
    return found
