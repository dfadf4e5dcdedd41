"""What a request's JSON may hold: each field with its reader and its JSON Schema, so that the check and the document are one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from solvent.base.errors import UsageError
from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.model.key import Budget

TEXT_MAX = 200
_COUNT_MAX = 1_000_000_000
_WINDOWS = ("day", "month")
_DURATION = re.compile(r"([1-9][0-9]{0,8})(ms|s|m|h|d)", re.ASCII)
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION_MS_MAX = 7 * 86_400_000
_USD_SCHEMA: dict[str, Any] = {"type": "string", "examples": ["25.00"], "description": "decimal, in US dollars"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `read` gives its value or raises `ValueError`. Where it is absent, or null and not `needed`, it is `default`."""

    read: Callable[[Any], Any]
    schema: dict[str, Any]
    needed: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Form:
    """A body's fields by name, and an example of a whole one."""

    fields: dict[str, Field] = field(default_factory=dict)
    example: str = "{}"

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the body."""
        needed = [name for name, one in self.fields.items() if one.needed]
        properties = {name: one.schema if one.needed else {"anyOf": [one.schema, {"type": "null"}]} for name, one in self.fields.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False} | ({"required": needed} if needed else {})


@dataclass(frozen=True, slots=True)
class Body:
    """What came: the values as they were read, and the JSON as it was sent."""

    values: dict[str, Any]
    sent: dict[str, Any]


def read(form: Form, body: bytes) -> Body:
    """The body's values; an empty body is an empty object. Raises `UsageError` on anything that the form does not hold."""
    try:
        sent = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"the body is not JSON; send {form.example}") from problem
    if not isinstance(sent, dict):
        raise UsageError(f"the body is not a JSON object; send {form.example}")
    strange = next((name for name in sent if name not in form.fields), None)
    if strange is not None:
        known = ", ".join(f"`{name}`" for name in form.fields) or "none"
        raise UsageError(f"`{_shown(strange)}` is no field of this request; known are: {known}")
    values = {}
    for name, one in form.fields.items():
        given = sent.get(name)
        if given is None and not one.needed:
            values[name] = one.default
            continue
        if name not in sent:
            raise UsageError(f"the body lacks `{name}`; send {form.example}")
        try:
            values[name] = one.read(given)
        except ValueError as problem:
            raise UsageError(f"`{name}` {problem}") from problem
    return Body(values, sent)


def text(*, needed: bool = False, default: str = "") -> Field:
    """One line of text that is not blank."""
    return Field(_text, {"type": "string", "minLength": 1, "maxLength": TEXT_MAX}, needed, default)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_MAX or not value.isprintable():
        raise ValueError(f"must be 1 to {TEXT_MAX} printable characters")
    return value.strip()


def usd(*, needed: bool = False, zero: bool = False) -> Field:
    """An amount in dollars, above zero, or with `zero` from it."""

    def amount(value: Any) -> Money:
        money = _amount(value)
        if money == ZERO and not zero:
            raise ValueError("must be above zero")
        return money

    return Field(amount, _USD_SCHEMA, needed)


def _amount(value: Any) -> Money:
    if not isinstance(value, str):
        raise ValueError('must be an amount in dollars as a text, such as "25.00"')  # noqa: TRY004 - a wrong field is a wrong field
    try:
        money = Money.parse(value)
    except ValueError as problem:
        raise ValueError(f"must be an amount in dollars with at most nine places, such as 25.00, not `{_shown(value)}`") from problem
    if not ZERO <= money <= AMOUNT_MAX:
        raise ValueError(f"must be from 0 to {AMOUNT_MAX}")
    return money


def one_of(*words: str, needed: bool = True) -> Field:
    """One of these words."""

    def word(value: Any) -> Any:
        if value not in words:
            raise ValueError(f"must be {' or '.join(f'`{one}`' for one in words)}")
        return value

    return Field(word, {"enum": list(words)}, needed)


def count() -> Field:
    """A whole number from one."""
    return Field(_count, {"type": "integer", "minimum": 1, "maximum": _COUNT_MAX})


def _count(value: Any) -> int:
    # `type`, because `True` is an int to `isinstance`.
    if type(value) is not int or not 1 <= value <= _COUNT_MAX:
        raise ValueError(f"must be a whole number from 1 to {_COUNT_MAX}")
    return value


def flag() -> Field:
    """True or false."""
    return Field(_flag, {"type": "boolean"}, default=False)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - as above
    return value


def texts() -> Field:
    """A list of names, each once."""
    return Field(_texts, {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX}}, default=())


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('must be a list of texts, such as ["claude-sonnet-4-5"]')  # noqa: TRY004 - as above
    return tuple(dict.fromkeys(map(_text, value)))


def budgets() -> Field:
    """Limits by window, at most one each."""
    one = {
        "type": "object",
        "properties": {"window": {"enum": list(_WINDOWS)}, "usd": _USD_SCHEMA},
        "required": ["window", "usd"],
        "additionalProperties": False,
    }
    return Field(_budgets, {"type": "array", "items": one}, default=())


def _budgets(value: Any) -> tuple[Budget, ...]:
    wrong = 'must be a list such as [{"window": "day", "usd": "5.00"}], with `day` and `month` at most once each'
    if not isinstance(value, list) or not all(isinstance(one, dict) and one.keys() == {"window", "usd"} for one in value):
        raise ValueError(wrong)
    windows = [one["window"] for one in value]
    if not all(window in _WINDOWS for window in windows) or len(windows) != len(set(windows)):
        raise ValueError(wrong)
    found = tuple(Budget(one["window"], _amount(one["usd"])) for one in value)
    if any(budget.amount == ZERO for budget in found):
        raise ValueError("must allow more than zero; leave the window out for no limit")
    return found


def duration_ms(default_ms: int) -> Field:
    """A span of time such as `60s`, in milliseconds."""
    return Field(_duration_ms, {"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["60s"]}, default=default_ms)


def _duration_ms(value: Any) -> int:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    lasts = 0 if found is None else int(found.group(1)) * _UNIT_MS[found.group(2)]
    if not 1 <= lasts <= _DURATION_MS_MAX:
        raise ValueError("must be a duration of at most seven days, such as 60s, 5m or 1h")
    return lasts


def _shown(value: str) -> str:
    return value[:40].encode("ascii", "backslashreplace").decode()
