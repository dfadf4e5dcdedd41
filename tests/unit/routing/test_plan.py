from __future__ import annotations

from collections import Counter

import pytest

from solvent.model.route import DialectName, Endpoint, Model, Route, Routebook, Upstream
from solvent.model.verdict import Category
from solvent.routing.health import ACCOUNT, KEY, HealthBook
from solvent.routing.plan import NAME_CHARS_MAX, NAMES_MAX, Plan, Planner
from tests.unit.routing.verdicts import judged

S = 1_000_000
OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC


def upstream(name: str, *dialects: DialectName, provider: str = "acme", vendor: str | None = None, relay: bool = False) -> Upstream:
    endpoints = {
        dialect: Endpoint(f"https://{name}.example/{dialect}", (("authorization", f"Bearer {name}-s3cret"), ("x-more", "é✓")))
        for dialect in dialects or tuple(DialectName)
    }
    return Upstream(name, provider, vendor, relay, endpoints)


ACCOUNTS = {
    one.name: one
    for one in (
        upstream("first", provider="anthropic", vendor="anthropic"),
        upstream("second", provider="new-api", relay=True),
        upstream("third", OPENAI, provider="deepseek", vendor="deepseek"),
    )
}
CLAUDE = Model("claude-x", (Route("first", "claude-x"), Route("second", "claude-x", 1), Route("third", "chat", 2, degraded=True)))
GPT = Model("gpt-4o", (Route("second", "gpt-4o"),))
ANY = Model("claude-*", (Route("first", None), Route("second", "anthropic/claude-*", 1)))
HOUSE = Model("house/*", (Route("second", "*"),))


def planner_of(*models: Model, accounts: dict[str, Upstream] | None = None) -> Planner:
    return Planner(Routebook(ACCOUNTS if accounts is None else accounts, models))


PLANNER = planner_of(CLAUDE, GPT, ANY, HOUSE)


@pytest.fixture
def health() -> HealthBook:
    return HealthBook(PLANNER.routes)


def plan(health: HealthBook, asked: str = "claude-x", dialect: DialectName = OPENAI, now_us: int = 0, draw: int = 0) -> Plan:
    found = PLANNER.plan(asked, dialect, health, now_us, draw)
    assert found is not None
    return found[1]


def ways(found: Plan) -> list[str]:
    return [candidate.upstream.name for candidate in found.candidates]


def fail(
    health: HealthBook, account: str, category: Category, scope: str, *, asked: str = "claude-x", doubtful: bool = False, wait_ms: int = 0
) -> None:
    candidate = next(one for one in plan(HealthBook(PLANNER.routes), asked).candidates if one.upstream.name == account)
    assert scope in candidate.scopes
    passed = health.begin(account, candidate.scopes, 0, spare=True)
    assert passed is not None
    health.failed(passed, judged(category, scope, doubtful=doubtful, retry_after_ms=wait_ms or None), 0)


# Names.


def test_a_name_leads_to_its_model_and_no_other_name_does(health: HealthBook) -> None:
    assert PLANNER.find("claude-x") is CLAUDE
    assert PLANNER.find("claude-y") is ANY
    assert PLANNER.find("house/any/thing") is HOUSE
    assert PLANNER.find("gpt-5") is None
    assert PLANNER.plan("gpt-5", OPENAI, health, 0, 0) is None


def test_the_first_of_two_models_of_one_name_and_of_two_patterns_serves() -> None:
    one, other = Model("a", (Route("first", "x"),)), Model("a", (Route("second", "x"),))
    wide, narrow = Model("b*", (Route("first", None),)), Model("bb*", (Route("second", None),))
    planner = planner_of(one, other, wide, narrow)
    assert planner.find("a") is one
    assert planner.find("bbb") is wide


@pytest.mark.parametrize("name", ["claude-" + "y" * NAME_CHARS_MAX, "claude-\r\nset-cookie: x", "claude-\x00", "claude-\u2028"])
def test_a_pattern_serves_no_name_that_could_not_be_kept_or_sent_on(name: str, health: HealthBook) -> None:
    assert PLANNER.plan(name, OPENAI, health, 0, 0) is None
    assert PLANNER.find("claude-" + "y" * (NAME_CHARS_MAX - 7)) is ANY


def test_names_that_callers_make_up_do_not_fill_the_memory(health: HealthBook) -> None:
    planner = planner_of(ANY)
    for number in range(3 * NAMES_MAX):
        assert planner.plan(f"claude-{number}", OPENAI, health, 0, 0) is not None
        assert planner.plan(f"none-{number}", OPENAI, health, 0, 0) is None
    assert len(planner._asked) <= NAMES_MAX


def test_a_pattern_hands_the_name_on_as_its_routes_say(health: HealthBook) -> None:
    assert [one.model for one in plan(health, "claude-y").candidates] == ["claude-y", "anthropic/claude-y"]
    assert [one.model for one in plan(health, "house/some/model").candidates] == ["some/model"]


# Candidates.


def test_a_candidate_carries_what_a_call_needs(health: HealthBook) -> None:
    first, second, third = plan(health).candidates
    assert (first.upstream, first.endpoint.url, first.vendor, first.degraded) == (
        ACCOUNTS["first"],
        "https://first.example/openai",
        "anthropic",
        False,
    )
    assert first.header_lines == "authorization: Bearer first-s3cret\r\nx-more: é?\r\n".encode("latin-1")
    assert second.price_key == ("new-api", "claude-x", "anthropic")
    assert (third.degraded, third.model, third.vendor) == (True, "chat", "deepseek")
    assert first.scopes == ("drill", "account", "key", "vendor:anthropic", "model:claude-x")


def test_at_a_relay_the_models_name_tells_the_vendor(health: HealthBook) -> None:
    assert [plan(health, asked).candidates[0].vendor for asked in ("gpt-4o", "house/claude-y", "house/nobodys")] == [
        "openai",
        "anthropic",
        None,
    ]
    assert plan(health, "house/nobodys").candidates[0].scopes == ("drill", "account", "key", "model:nobodys")


def test_a_candidate_does_not_show_its_key(health: HealthBook) -> None:
    assert "s3cret" not in repr(plan(health))
    assert repr(plan(health).candidates[0]) == "Candidate(first/claude-x, canary=False, spare=False)"


def test_a_way_that_speaks_another_dialect_is_left_out(health: HealthBook) -> None:
    found = plan(health, dialect=ANTHROPIC)
    assert ways(found) == ["first", "second"]
    assert [(one.account, one.model, one.reason, one.category) for one in found.skipped] == [
        ("third", "chat", "speaks another dialect", None)
    ]
    assert found.closed == ()


def test_a_model_that_nobody_speaks_in_this_dialect_is_not_found_in_it(health: HealthBook) -> None:
    planner = planner_of(Model("only", (Route("third", "chat"),)))
    found = planner.plan("only", ANTHROPIC, health, 0, 0)
    assert found is not None
    assert (found[1].candidates, found[1].category, found[1].waiting_helps) == ((), Category.MODEL_NOT_FOUND, False)
    assert planner.speaks("only", OPENAI)
    assert not planner.speaks("only", ANTHROPIC)
    assert not planner.speaks("other", OPENAI)


def test_a_route_to_an_account_that_is_not_there_is_left_out_with_its_reason(health: HealthBook) -> None:
    planner = planner_of(Model("m", (Route("nobody", "m"), Route("first", "m"))))
    found = planner.plan("m", OPENAI, health, 0, 0)
    assert found is not None
    assert ways(found[1]) == ["first"]
    assert found[1].skipped[0].reason == "no account is called so"
    assert "nobody" not in planner.routes


def test_every_account_is_told_with_the_scopes_of_its_routes() -> None:
    assert PLANNER.routes == {
        "first": (
            ("drill", "account", "key", "vendor:anthropic", "model:claude-x"),
            ("drill", "account", "key", "vendor:anthropic"),
        ),
        "second": (
            ("drill", "account", "key", "vendor:anthropic", "model:claude-x"),
            ("drill", "account", "key", "vendor:openai", "model:gpt-4o"),
            ("drill", "account", "key", "vendor:anthropic"),
            ("drill", "account", "key"),
        ),
        "third": (("drill", "account", "key", "vendor:deepseek", "model:chat"),),
    }
    assert planner_of().routes == {"first": (), "second": (), "third": ()}


# Order and weight.


def shares(weights: tuple[int, ...], draws: range) -> Counter[str]:
    accounts = {name: upstream(name) for name in "abcd"[: len(weights)]}
    routes = tuple(Route(name, "m", weight=weight) for name, weight in zip(accounts, weights, strict=True))
    planner = planner_of(Model("m", routes), accounts=accounts)
    health = HealthBook(planner.routes)
    found: Counter[str] = Counter()
    for draw in draws:
        planned = planner.plan("m", OPENAI, health, 0, draw)
        assert planned is not None
        assert sorted(ways(planned[1])) == sorted(accounts)
        found[ways(planned[1])[0]] += 1
    return found


@pytest.mark.parametrize("beat_us", [1, 1_000, 10_000, 1_000_000, 1 << 20])
def test_routes_of_one_order_share_by_weight_at_whatever_beat_requests_come(beat_us: int) -> None:
    start = 1_790_000_000_000_000
    found = shares((1, 3), range(start, start + 4_000 * beat_us, beat_us))
    assert 900 < found["a"] < 1_100
    found = shares((1, 1, 2), range(start, start + 4_000 * beat_us, beat_us))
    assert all(900 < found[name] < 1_100 for name in "ab")


def test_the_rest_is_shared_by_weight_too() -> None:
    accounts = {name: upstream(name) for name in "abc"}
    planner = planner_of(Model("m", tuple(Route(name, "m") for name in accounts)), accounts=accounts)
    health = HealthBook(planner.routes)
    orders: Counter[tuple[str, ...]] = Counter()
    for draw in range(6_000):
        found = planner.plan("m", OPENAI, health, 0, draw)
        assert found is not None
        orders[tuple(ways(found[1]))] += 1
    assert len(orders) == 6
    assert all(900 < number < 1_100 for number in orders.values())


def test_a_weight_of_nothing_comes_last_in_its_order_and_a_negative_one_counts_as_that() -> None:
    assert shares((0, 1, 0, -5), range(500)) == {"b": 500}
    assert shares((0, 0), range(500)) == {"a": 500}


def test_an_order_comes_whole_before_the_next() -> None:
    accounts = {name: upstream(name) for name in "abcd"}
    routes = (Route("d", "m", 7), Route("a", "m", 1, 9), Route("b", "m", 1, 9), Route("c", "m", 0, 0))
    planner = planner_of(Model("m", routes), accounts=accounts)
    health = HealthBook(planner.routes)
    for draw in range(100):
        found = planner.plan("m", OPENAI, health, 0, draw)
        assert found is not None
        assert ways(found[1]) in (["c", "a", "b", "d"], ["c", "b", "a", "d"])


def test_the_same_draw_gives_the_same_plan(health: HealthBook) -> None:
    planner = planner_of(Model("m", (Route("first", "m"), Route("second", "m"), Route("third", "m"))))
    first = planner.plan("m", OPENAI, health, 0, 42)
    assert first is not None
    assert len(first[1].candidates) == 3
    assert all(planner.plan("m", OPENAI, health, 9, 42) == first for _ in range(9))


# The hot path.


def test_while_all_is_well_the_plan_is_the_same_value(health: HealthBook) -> None:
    first = PLANNER.plan("claude-x", OPENAI, health, 0, 1)
    assert PLANNER.plan("claude-x", OPENAI, health, 5, 2) is first
    assert PLANNER.plan("claude-new", OPENAI, health, 5, 2) is PLANNER.plan("claude-new", OPENAI, health, 6, 3)


def test_it_stays_the_same_while_what_is_closed_is_not_on_its_way(health: HealthBook) -> None:
    first = PLANNER.plan("claude-x", OPENAI, health, 0, 1)
    fail(health, "second", Category.CREDIT_EXHAUSTED, "vendor:openai", asked="gpt-4o")
    fail(health, "first", Category.MODEL_NOT_FOUND, "model:claude-typo", asked="claude-typo")
    assert PLANNER.plan("claude-x", OPENAI, health, 1, 2) is first
    assert ways(plan(health, "claude-typo")) == ["second"]


def test_it_is_the_same_again_once_all_is_well_again(health: HealthBook) -> None:
    first = PLANNER.plan("claude-x", OPENAI, health, 0, 1)
    fail(health, "first", Category.CREDIT_EXHAUSTED, ACCOUNT)
    assert PLANNER.plan("claude-x", OPENAI, health, 1, 2) is not first
    health.rearmed("first", 2)
    assert PLANNER.plan("claude-x", OPENAI, health, 3, 2) is first


def test_a_few_failures_leave_the_plan_alone(health: HealthBook) -> None:
    first = PLANNER.plan("claude-x", OPENAI, health, 0, 1)
    fail(health, "first", Category.SERVER_ERROR, "model:claude-x")
    assert PLANNER.plan("claude-x", OPENAI, health, 1, 2) is first


def test_an_account_that_health_does_not_know_is_tried(health: HealthBook) -> None:
    health.configure({})
    assert ways(plan(health)) == ["first", "second", "third"]


# What is closed.


def test_the_relays_dry_channel_is_left_out_and_its_other_models_are_not(health: HealthBook) -> None:
    fail(health, "second", Category.CREDIT_EXHAUSTED, "vendor:anthropic")
    found = plan(health)
    assert ways(found) == ["first", "third"]
    assert [(one.account, one.reason, one.category) for one in found.skipped] == [
        ("second", "closed: credit_exhausted (vendor:anthropic)", Category.CREDIT_EXHAUSTED)
    ]
    assert found.closed == (Category.CREDIT_EXHAUSTED,)
    assert ways(plan(health, "gpt-4o")) == ["second"]
    assert ways(plan(health, "house/nobodys")) == ["second"]
    assert ways(plan(health, "house/claude-z")) == []


def test_a_name_without_a_vendor_is_closed_alone(health: HealthBook) -> None:
    fail(health, "second", Category.CREDIT_EXHAUSTED, "model:claude-x")
    assert ways(plan(health)) == ["first", "third"]
    assert ways(plan(health, "gpt-4o")) == ["second"]


def test_one_request_is_the_canary_once_it_is_due(health: HealthBook) -> None:
    fail(health, "first", Category.CREDIT_EXHAUSTED, ACCOUNT)
    found = plan(health, now_us=60 * S)
    assert [(one.upstream.name, one.canary) for one in found.candidates] == [("first", True), ("second", False), ("third", False)]
    assert health.begin("first", found.candidates[0].scopes, 60 * S) is not None
    assert ways(plan(health, now_us=60 * S)) == ["second", "third"]


def test_what_is_closed_on_a_doubtful_signal_comes_last_and_is_never_left_out(health: HealthBook) -> None:
    fail(health, "first", Category.CREDIT_EXHAUSTED, ACCOUNT, doubtful=True)
    fail(health, "second", Category.AUTH_INVALID, KEY)
    found = plan(health)
    assert [(one.upstream.name, one.spare) for one in found.candidates] == [("third", False), ("first", True)]
    fail(health, "third", Category.CREDIT_EXHAUSTED, ACCOUNT)
    assert [(one.upstream.name, one.spare) for one in plan(health).candidates] == [("first", True)]


def test_a_drill_leaves_an_account_out_as_if_it_were_dry(health: HealthBook) -> None:
    health.drill("first", 5_000, 0)
    found = plan(health, "claude-y")
    assert ways(found) == ["second"]
    assert (found.skipped[0].reason, found.skipped[0].category) == ("closed: a drill", Category.CREDIT_EXHAUSTED)
    assert ways(plan(health, "claude-y", now_us=5 * S)) == ["first", "second"]


def test_where_only_people_can_help_nobody_is_told_to_wait(health: HealthBook) -> None:
    fail(health, "first", Category.CREDIT_EXHAUSTED, ACCOUNT)
    health.drill("second", 5_000, 0)
    found = plan(health, "claude-y")
    assert (found.candidates, found.category, found.retry_after_ms, found.waiting_helps) == ((), Category.NO_CHANNEL, None, False)
    assert found.closed == (Category.CREDIT_EXHAUSTED, Category.CREDIT_EXHAUSTED)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (Category.RATE_LIMITED, Category.CREDIT_EXHAUSTED, Category.RATE_LIMITED),
        (Category.CREDIT_EXHAUSTED, Category.OVERLOADED, Category.OVERLOADED),
        (Category.SERVER_ERROR, Category.RATE_LIMITED, Category.RATE_LIMITED),
        (Category.NETWORK, Category.TIMEOUT, Category.TIMEOUT),
        (Category.NO_CHANNEL, Category.NO_CHANNEL, Category.NO_CHANNEL),
        (Category.NO_CHANNEL, Category.MODEL_NOT_FOUND, Category.NO_CHANNEL),
    ],
)
def test_where_waiting_helps_the_caller_is_told_why_and_how_long(
    first: Category, second: Category, told: Category, health: HealthBook
) -> None:
    fail(health, "first", first, "model:claude-y", asked="claude-y", wait_ms=9_000)
    fail(health, "second", second, "model:anthropic/claude-y", asked="claude-y", wait_ms=7_000)
    found = plan(health, "claude-y", now_us=1)
    waits = [
        wait_ms
        for wait_ms, category in ((9_000, first), (7_000, second))
        if category not in (Category.CREDIT_EXHAUSTED, Category.MODEL_NOT_FOUND)
    ]
    assert (found.candidates, found.category, found.waiting_helps) == ((), told, True)
    assert found.retry_after_ms == min(waits)


def test_a_wait_of_less_than_a_millisecond_is_one(health: HealthBook) -> None:
    fail(health, "second", Category.RATE_LIMITED, "model:gpt-4o", asked="gpt-4o", wait_ms=1)
    assert plan(health, "gpt-4o", now_us=999).retry_after_ms == 1


def test_a_way_that_is_held_back_twice_waits_for_what_needs_a_person(health: HealthBook) -> None:
    fail(health, "second", Category.RATE_LIMITED, "model:gpt-4o", asked="gpt-4o", wait_ms=500_000)
    health.drill("second", 1_000, 0)
    found = plan(health, "gpt-4o")
    assert (found.category, found.waiting_helps) == (Category.NO_CHANNEL, False)
    assert plan(health, "gpt-4o", now_us=S).retry_after_ms == 499_000


def test_closed_ways_of_an_order_that_shares_leave_the_others_their_share() -> None:
    accounts = {name: upstream(name) for name in "abc"}
    planner = planner_of(Model("m", tuple(Route(name, "m") for name in accounts)), accounts=accounts)
    health = HealthBook(planner.routes)
    health.drill("a", 1_000, 0)
    firsts = Counter(ways(found[1])[0] for draw in range(2_000) if (found := planner.plan("m", OPENAI, health, 0, draw)))
    assert set(firsts) == {"b", "c"}
    assert all(900 < number < 1_100 for number in firsts.values())
