from __future__ import annotations

import pytest

from solvent.model.price import Price, Rates
from solvent.model.route import Model, Route
from tests.unit.settings.texts import mistakes, read, warnings

# Fifteen lines: what follows begins on the sixteenth.
ACCOUNTS = """\
[[account]]
name = "main"
provider = "anthropic"
api_key = "env:KEY"

[[account]]
name = "relay"
provider = "new-api"
base_url = "https://relay.example/v1"
api_key = "env:KEY"

[[account]]
name = "gpt"
provider = "openai"
api_key = "env:KEY"
"""


def model(name: str, routes: str, *more: str) -> str:
    return "\n".join([ACCOUNTS + "[[model]]", f'name = "{name}"', f"routes = [{routes}]", *more]) + "\n"


def the_model(text: str) -> Model:
    (found,) = read(text).routebook.models
    return found


def test_what_is_left_out_takes_its_default() -> None:
    assert the_model(model("m", '{ account = "main", model = "m" }')) == Model("m", (Route("main", "m"),))


def test_every_setting_of_a_model_is_read() -> None:
    text = model(
        "m",
        '{ account = "main", model = "n", order = 2, weight = 3, degraded = true }',
        'when_exhausted = ["maintenance"]',
        'maintenance_text = "Back soon."',
        "max_output = 100",
        'short_of_money = "clamp"',
        "retry_unknown = false",
        "drain = true",
        'caller_left = "prompt"',
    )
    assert the_model(text) == Model(
        name="m",
        routes=(Route("main", "n", 2, 3, degraded=True),),
        when_exhausted=("maintenance",),
        maintenance_text="Back soon.",
        output_tokens_max=100,
        short_of_money="clamp",
        retry_unknown=False,
        drain=True,
        caller_left="prompt",
    )


def test_exact_names_come_before_patterns_and_else_the_order_of_the_file_holds() -> None:
    names = ["b*", "b", "*", "a", "a/*"]
    text = ACCOUNTS + "".join(f'[[model]]\nname = "{name}"\nroutes = [{{ account = "main", model = "x" }}]\n' for name in names)
    assert [found.name for found in read(text).routebook.models] == ["b", "a", "b*", "*", "a/*"]


@pytest.mark.parametrize(
    ("orders", "expected"),
    [([None, None, None], [0, 1, 2]), ([1, 1, None], [1, 1, 2]), ([5, None], [5, 6]), ([None, 0], [0, 0]), ([3, 1], [3, 1])],
)
def test_routes_come_in_the_order_of_the_file_unless_they_say_otherwise(orders: list[int | None], expected: list[int]) -> None:
    routes = ", ".join('{ account = "main", model = "m"' + ("" if order is None else f", order = {order}") + " }" for order in orders)
    assert [route.order for route in the_model(model("m", routes)).routes] == expected


@pytest.mark.parametrize(
    ("name", "route", "expected"),
    [
        ("claude-*", '{ account = "relay" }', None),
        ("claude-*", '{ account = "relay", model = "claude-sonnet-4-5" }', "claude-sonnet-4-5"),
        ("relay/*", '{ account = "relay", model = "*" }', "*"),
        ("*/*", '{ account = "relay" }', None),
    ],
)
def test_a_patterns_route_may_leave_the_model_out_or_take_a_part_of_it(name: str, route: str, expected: str | None) -> None:
    assert the_model(model(name, route)).routes[0].model == expected


@pytest.mark.parametrize(
    ("name", "account", "price", "rates"),
    [
        (
            "m",
            "gpt",
            'input = "3.00", output = "15.00", cache_read = "0.30", cache_write = "3.75", cache_write_1h = "6"',
            (3_000, 15_000, 300, 3_750, 6_000),
        ),
        ("m", "gpt", 'input = "1", output = "2"', (1_000, 2_000, 1_000, 1_000, 1_000)),
        ("m", "gpt", 'input = "1", output = "2", cache_write = "1.5"', (1_000, 2_000, 1_000, 1_500, 1_500)),
        ("m", "main", 'input = "1", output = "2"', (1_000, 2_000, 1_000, 1_250, 2_000)),
        ("m", "main", 'input = "1", output = "2", cache_write = "3"', (1_000, 2_000, 1_000, 3_000, 3_000)),
        ("claude-x", "relay", 'input = "1", output = "2"', (1_000, 2_000, 1_000, 1_250, 2_000)),
        ("m", "relay", 'input = "0", output = "0"', (0, 0, 0, 0, 0)),
    ],
)
def test_a_price_is_dollars_a_million_tokens_and_what_it_leaves_out_is_never_too_little(
    name: str, account: str, price: str, rates: tuple[int, int, int, int, int]
) -> None:
    text = model(name, f'{{ account = "{account}", model = "{name}" }}', f"price = {{ {price} }}")
    assert the_model(text).price == Price("config", Rates(*(rate * 1_000_000 for rate in rates)))


def test_a_rate_that_is_worked_out_is_rounded_up() -> None:
    price = the_model(model("m", '{ account = "main", model = "m" }', 'price = { input = "0.000000001", output = "0" }')).price
    assert price is not None
    assert price.rates == Rates(1, 0, 1, 2, 2)


GOOD = '{ account = "main", model = "m" }'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ACCOUNTS + "[[model]]\n", [(16, 'model 1 has no `name`; write name = "claude-sonnet-4-5"'), (16, 'model 1 has no `routes`; write routes = [{ account = "main", model = "claude-sonnet-4-5" }]')]),
        (model("m", ""), [(18, '`routes` of model `m`: it must be a list of tables with at least one, such as [{ account = "main", model = "claude-sonnet-4-5" }]')]),
        (model("m", GOOD) + '[[model]]\nname = "m"\nroutes = [{ account = "gpt", model = "m" }, { account = "relay", model = "m" }]\n', [(20, "`name` of model `m`: another model has this name; put the routes of both under one")]),
        (model("m", '\n  { account = "main", model = "m" },\n  { account = "rely", model = "m" },\n'), [(20, "route 2 of model `m`: `rely` is not an account; did you mean `relay`?")]),
        (model("m", '{ account = "zzz", model = "m" }'), [(18, "route 1 of model `m`: `zzz` is not an account; known are main, relay, gpt")]),
        ('[[model]]\nname = "m"\nroutes = [{ account = "a", model = "m" }]\n', [(3, "route 1 of model `m`: `a` is not an account; there is none: add an [[account]]")]),
        (model("m", '{ model = "m" }'), [(18, 'route 1 of model `m` has no `account`; write account = "main"')]),
        (model("m", '{ account = "main" }'), [(18, "route 1 of model `m` has no `model`; only a pattern's route may leave it out: write model = \"m\"")]),
        (model("m", '{ account = "main", model = "*" }'), [(18, "`model` of route 1 of model `m`: a `*` stands for what the one `*` of the model's own name stood for; write a whole name")]),
        (model("*/*", '{ account = "main", model = "*" }'), [(18, "`model` of route 1 of model `*/*`: a `*` stands for what the one `*` of the model's own name stood for; write a whole name")]),
        (model("a*", '{ account = "main", model = "*-*" }'), [(18, "`model` of route 1 of model `a*`: a `*` stands for what the one `*` of the model's own name stood for; write a whole name")]),
        (model("m", '{ account = "main", model = "m", wieght = 2 }'), [(18, "`wieght` is not a setting of route 1 of model `m`; did you mean `weight`?")]),
        (model("m", '{ account = "main", model = "m", weight = 0 }'), [(18, "`weight` of route 1 of model `m`: 0 is not a number between 1 and 10,000,000")]),
        (model("m", GOOD, "price = { input = 3.0 }"), [(19, '`input` of the price of model `m`: 3.0 is a bare number; write it in quotes, "3.0", so that nothing of it is lost'), (19, 'the price of model `m` has no `output`; write output = "15.00"')]),
        (model("m", GOOD, 'price = { input = "cheap", output = "1", cached = "1" }'), [(19, "`input` of the price of model `m`: `cheap` is not an amount in dollars; write a decimal number with at most nine places, such as 25.00"), (19, "`cached` is not a setting of the price of model `m`; did you mean `cache_read`?")]),
        (model("m", GOOD, 'price = "3.00"'), [(19, '`price` of model `m`: it must be a table of dollars per million tokens, such as { input = "3.00", output = "15.00" }')]),
        (model("m", GOOD, 'when_exhausted = ["maintenance"]'), [(19, '`when_exhausted` of model `m`: maintenance needs words; add maintenance_text = "…"')]),
        (model("m", GOOD, 'when_exhausted = ["wait"]'), [(19, "`when_exhausted` of model `m`: ['wait'] is not a list of \"cache\" and \"maintenance\", each at most once")]),
        (model("m", GOOD, 'short_of_money = "beg"'), [(19, '`short_of_money` of model `m`: \'beg\' is not known; write "refuse" or "clamp"')]),
        (model("m", GOOD, 'drain = "yes"'), [(19, "`drain` of model `m`: 'yes' is neither true nor false; write one of them without quotes")]),
        (model("m", GOOD, "max_tokens = 5"), [(19, "`max_tokens` is not a setting of model `m`; known are `name`, `routes`, `when_exhausted`, `maintenance_text`, `price`, `max_output`, `short_of_money`, `retry_unknown`, `drain`, `caller_left`")]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_its_repair(text: str, expected: list[tuple[int | None, str]]) -> None:
    assert mistakes(text) == expected


def test_an_account_with_a_mistake_is_not_missed_by_its_routes() -> None:
    text = model("m", GOOD).replace('provider = "anthropic"', 'provider = "nobody"')
    assert [line for line, _ in mistakes(text)] == [3]


def test_an_account_that_no_route_leads_to_is_a_warning() -> None:
    assert [line for line, _ in warnings(model("m", GOOD))] == [6, 12]


def test_words_that_nothing_shows_are_a_warning() -> None:
    text = model("*", '{ account = "main" }, { account = "relay" }, { account = "gpt" }', 'maintenance_text = "Soon."')
    assert warnings(text) == [(19, '`maintenance_text` of model `*`: nothing shows it; add when_exhausted = ["maintenance"]')]
