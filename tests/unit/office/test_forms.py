from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.model.key import Budget
from solvent.office import forms
from solvent.office.forms import Field, Form

FORM = Form({"name": forms.text(needed=True), "usd": forms.usd()}, '{"name": "app"}')
DAY, MONTH = {"window": "day", "usd": "5.00"}, {"window": "month", "usd": "9"}


def value(field: Field, given: Any) -> Any:
    return forms.read(Form({"it": field}), json.dumps({"it": given}).encode()).values["it"]


def test_values_come_with_what_was_sent() -> None:
    body = forms.read(FORM, b' {"name": " app ", "usd": "1.5"} ')
    assert body.values == {"name": "app", "usd": Money.parse("1.50")}
    assert body.sent == {"name": " app ", "usd": "1.5"}
    assert forms.read(FORM, b'{"name": "app", "usd": null}').values == {"name": "app", "usd": None}


def test_an_empty_body_is_an_empty_object() -> None:
    assert forms.read(Form({"usd": forms.usd()}), b" ").values == {"usd": None}
    with pytest.raises(UsageError, match="lacks `name`"):
        forms.read(FORM, b"")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"name": "a", "blance": 1}', "`blance` is no field of this request; known are: `name`, `usd`"),
        (b'{"name": "a", "\\ud800": 1}', r"`\\ud800` is no field"),
        (b'{"usd": "1"}', "lacks `name`"),
        (b'{"name": null}', "`name` must be 1 to 200 printable"),
    ],
)
def test_a_mistake_is_named_with_what_to_send(body: bytes, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        forms.read(FORM, body)


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        (forms.text(), "应用 1", "应用 1"),
        (forms.usd(), "0.000000001", Money(1)),
        (forms.usd(zero=True), "0", Money(0)),
        (forms.count(), 1, 1),
        (forms.flag(), True, True),
        (forms.one_of("a", "b"), "b", "b"),
        (forms.texts(), ["a", "b", "a"], ("a", "b")),
        (forms.texts(), [], ()),
        (forms.budgets(), [DAY, MONTH], (Budget("day", Money.parse("5.00")), Budget("month", Money.parse("9.00")))),
        (forms.duration_ms(1), "60s", 60_000),
        (forms.duration_ms(1), "250ms", 250),
        (forms.duration_ms(1), "7d", 604_800_000),
        (forms.duration_ms(5), None, 5),
        (forms.flag(), None, False),
        (forms.texts(), None, ()),
    ],
)
def test_a_field_is_read(field: Field, given: Any, expected: Any) -> None:
    assert value(field, given) == expected


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (forms.text(), [5, "", " ", "a\nb", "x" * 201, "a\x00", "a\ud800", ["a"]]),
        (forms.usd(), ["0", "0.00", "-1", "1e3", "1.0000000001", 1, 1.5, True, "", "9999999999", "€5", {"usd": 1}, "\ud800"]),
        (forms.usd(zero=True), ["-0.01", 0, "x"]),
        (forms.count(), [0, -1, 1.0, "1", True, 10**10, [1]]),
        (forms.flag(), ["yes", 1, 0, []]),
        (forms.texts(), ["a", [1], [""], {"a": 1}]),
        (
            forms.budgets(),
            [DAY, ["day"], [{"window": "day"}], [DAY | {"x": 1}], [DAY, DAY], [DAY | {"window": "week"}], [DAY | {"window": ["day"]}]]
            + [[{"window": "day", "usd": wrong}] for wrong in ("0", "-5", 5, None)],
        ),
        (forms.duration_ms(1), ["", "60", "s", "0s", "-5s", "1.5s", "8d", "1y", 60, "60s ", "٣s", "999999999d"]),
    ],
)
def test_a_field_that_is_wrong_is_named(field: Field, wrong: list[Any]) -> None:
    for given in wrong:
        with pytest.raises(UsageError, match=r"^`it` must "):
            value(field, given)


def test_the_schema_says_what_is_checked() -> None:
    assert FORM.schema() == {
        "type": "object",
        "properties": {"name": FORM.fields["name"].schema, "usd": {"anyOf": [FORM.fields["usd"].schema, {"type": "null"}]}},
        "additionalProperties": False,
        "required": ["name"],
    }
    assert "required" not in Form().schema()
