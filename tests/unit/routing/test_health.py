from __future__ import annotations

import pytest

from solvent.model.failure import MONEY
from solvent.model.health import Closed, Health
from solvent.model.verdict import Category
from solvent.routing.breaker import Gate
from solvent.routing.health import ACCOUNT, DRILL, KEY, SCOPES_MAX, TRANSIENT, HealthBook, Pass, Scopes, scopes_of
from tests.unit.routing.verdicts import judged

S = 1_000_000
CLAUDE = scopes_of("anthropic", "claude-x")
OPUS = scopes_of("anthropic", "claude-opus")
GPT = scopes_of("openai", "gpt-x")
HOUSE = scopes_of(None, "house-model")
ROUTES = {"relay": (CLAUDE, OPUS, GPT, HOUSE), "direct": (CLAUDE,)}

DRY = judged(Category.CREDIT_EXHAUSTED, ACCOUNT)
VENDOR_DRY = judged(Category.CREDIT_EXHAUSTED, "vendor:anthropic")


@pytest.fixture
def book() -> HealthBook:
    return HealthBook(ROUTES)


def let(book: HealthBook, scopes: Scopes = CLAUDE, account: str = "relay", now_us: int = 0, *, spare: bool = False) -> Pass:
    passed = book.begin(account, scopes, now_us, spare=spare)
    assert passed is not None
    return passed


def shut(book: HealthBook, scopes: Scopes, account: str = "relay", now_us: int = 0) -> bool:
    record = book.accounts[account]
    return record.gate(scopes, now_us) in (Gate.SHUT, Gate.SPARE)


def told(book: HealthBook, account: str = "relay", now_us: int = 0) -> Health:
    health = book.health(account, now_us)
    assert health is not None
    return health


# What a request touches.


def test_a_request_touches_its_account_its_key_its_vendor_and_its_model() -> None:
    assert scopes_of("anthropic", "claude-x") == (DRILL, ACCOUNT, KEY, "vendor:anthropic", "model:claude-x")
    assert scopes_of(None, "x") == (DRILL, ACCOUNT, KEY, "model:x")
    assert scopes_of("anthropic", None) == (DRILL, ACCOUNT, KEY, "vendor:anthropic")


@pytest.mark.parametrize(
    ("scope", "closed", "open_"),
    [
        (ACCOUNT, [CLAUDE, OPUS, GPT, HOUSE], []),
        (KEY, [CLAUDE, OPUS, GPT, HOUSE], []),
        ("vendor:anthropic", [CLAUDE, OPUS], [GPT, HOUSE]),
        ("model:claude-x", [CLAUDE], [OPUS, GPT, HOUSE]),
        ("model:house-model", [HOUSE], [CLAUDE, OPUS, GPT]),
    ],
)
def test_a_closing_reaches_as_far_as_the_wallet(book: HealthBook, scope: str, closed: list[Scopes], open_: list[Scopes]) -> None:
    touched = next(scopes for scopes in (CLAUDE, HOUSE) if scope in scopes)
    book.failed(let(book, touched), judged(Category.CREDIT_EXHAUSTED, scope), 0)
    assert all(shut(book, scopes) and book.begin("relay", scopes, 1) is None for scopes in closed)
    assert all(not shut(book, scopes) and book.begin("relay", scopes, 1) is not None for scopes in open_)
    assert book.begin("direct", CLAUDE, 1) is not None


def test_the_relays_models_of_another_maker_go_on_though_its_anthropic_channel_is_dry(book: HealthBook) -> None:
    book.failed(let(book), VENDOR_DRY, 0)
    assert told(book).state == "ready"
    book.succeeded(let(book, GPT), 1)
    assert book.begin("relay", CLAUDE, 1) is None


# Attempts.


def test_an_account_that_is_not_configured_lets_nothing_through(book: HealthBook) -> None:
    assert book.begin("nobody", CLAUDE, 0) is None
    assert book.health("nobody", 0) is None
    stale = Pass("nobody", CLAUDE, 1, canary=False)
    book.succeeded(stale, 0)
    book.untold(stale, 0)
    book.failed(stale, DRY, 0)
    book.rearmed("nobody", 0)
    book.drill("nobody", 1_000, 0)
    assert set(book.accounts) == {"relay", "direct"}


def test_one_canary_passes_when_it_is_due_and_nobody_else(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    assert book.begin("relay", GPT, 60 * S - 1) is None
    canary = let(book, GPT, now_us=60 * S)
    assert canary.canary
    assert book.begin("relay", CLAUDE, 60 * S) is None
    assert book.begin("relay", CLAUDE, 86_400 * S, spare=True) is None
    book.succeeded(canary, 61 * S)
    assert not let(book, CLAUDE, now_us=61 * S).canary


def test_a_canary_that_says_nothing_makes_room_for_the_next(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    book.untold(let(book, now_us=60 * S), 61 * S)
    assert let(book, now_us=61 * S).canary


@pytest.mark.parametrize("category", [Category.INVALID_REQUEST, Category.CONTENT_FILTERED, Category.OTHER])
def test_a_canary_whose_own_request_was_at_fault_says_nothing(book: HealthBook, category: Category) -> None:
    book.failed(let(book), DRY, 0)
    book.failed(let(book, now_us=60 * S), judged(category, None), 61 * S)
    assert let(book, now_us=61 * S).canary


def test_a_canary_that_met_another_trouble_is_not_sent_again_at_once(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    book.failed(let(book, now_us=60 * S), judged(Category.SERVER_ERROR, "model:claude-x"), 61 * S)
    assert book.begin("relay", CLAUDE, 62 * S) is None
    assert let(book, now_us=121 * S).canary


def test_a_canary_tries_every_scope_that_is_due_and_closes_the_one_that_is_meant(book: HealthBook) -> None:
    book.failed(let(book), VENDOR_DRY, 0)
    book.failed(let(book, GPT), DRY, 0)
    canary = let(book, now_us=60 * S)
    book.failed(canary, VENDOR_DRY, 61 * S)
    assert book.begin("relay", CLAUDE, 61 * S) is None
    # Of the account it told nothing, so a request for another vendor may try that.
    assert let(book, GPT, now_us=61 * S).canary


def test_a_failure_closes_its_scope_though_the_attempt_was_no_canary(book: HealthBook) -> None:
    passed = [let(book) for _ in range(3)]
    book.failed(passed[0], DRY, 0)
    book.failed(passed[1], DRY, 5)
    assert told(book).closed == (Closed(ACCOUNT, "credit_exhausted", 0, 60 * S, money=True, text="said credit_exhausted"),)


def test_what_failed_before_somebody_acted_closes_nothing_also_where_nothing_was_closed(book: HealthBook) -> None:
    early = [let(book, GPT), let(book)]
    book.rearmed("relay", 1)
    book.failed(early[0], judged(Category.AUTH_INVALID, KEY), 2)
    book.failed(early[1], VENDOR_DRY, 3)
    assert told(book) == Health("relay", "ready", (), 2, 2)


def test_a_success_does_not_shield_those_that_begin_after_it(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.CREDIT_EXHAUSTED, ACCOUNT, doubtful=True), 0)
    first, second = let(book, spare=True), let(book, spare=True)
    book.succeeded(first, 1)
    book.failed(second, DRY, 2)
    assert book.begin("relay", CLAUDE, 3, spare=True) is None


@pytest.mark.parametrize("category", sorted(TRANSIENT))
def test_what_passes_by_itself_closes_nothing_at_first_and_never_the_last_way(book: HealthBook, category: Category) -> None:
    for _ in range(3):
        book.failed(let(book), judged(category, "model:claude-x"), 0)
        if category is Category.RATE_LIMITED:
            break
    assert book.begin("relay", CLAUDE, 1) is None
    assert book.begin("relay", CLAUDE, 1, spare=True) is not None
    assert book.begin("relay", OPUS, 1) is not None
    assert book.begin("relay", CLAUDE, 60 * S) is not None


@pytest.mark.parametrize("category", sorted(set(Category) - TRANSIENT))
def test_what_needs_a_person_closes_at_the_first_hit_until_somebody_tries(book: HealthBook, category: Category) -> None:
    book.failed(let(book), judged(category, KEY), 0)
    wait_us = 60 * S if category in MONEY else 300 * S
    assert told(book).closed == (Closed(KEY, category.value, 0, wait_us, category in MONEY, f"said {category.value}"),)
    assert told(book, now_us=10**15).closed[0].until_us == wait_us
    assert book.begin("relay", GPT, wait_us - 1, spare=True) is None
    assert let(book, GPT, now_us=wait_us).canary


def test_a_wait_that_was_asked_for_is_kept(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.RATE_LIMITED, "model:claude-x", retry_after_ms=7_500), 0)
    assert book.begin("relay", CLAUDE, 7_499_999, spare=True) is None
    assert book.begin("relay", CLAUDE, 7_500_000) is not None


def test_a_wait_says_nothing_where_a_person_must_act(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.CREDIT_EXHAUSTED, ACCOUNT, retry_after_ms=1), 0)
    assert told(book).closed[0].until_us == 60 * S


def test_a_judgement_without_a_scope_closes_nothing(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.CREDIT_EXHAUSTED, None), 0)
    assert told(book).closed == ()


# Counts.


def test_requests_and_errors_are_counted_and_a_caller_at_fault_is_no_error_of_the_account(book: HealthBook) -> None:
    book.succeeded(let(book), 0)
    book.failed(let(book), judged(Category.INVALID_REQUEST, None), 0)
    book.failed(let(book), judged(Category.SERVER_ERROR, "model:claude-x"), 0)
    book.untold(let(book), 0)
    assert told(book) == Health("relay", "ready", (), 4, 1)


def test_what_is_not_let_through_is_not_counted(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    assert book.begin("relay", CLAUDE, 1) is None
    assert told(book).requests == 1


# Re-arming.


def test_a_payment_or_a_click_opens_everything(book: HealthBook) -> None:
    for scope in (ACCOUNT, KEY, "vendor:anthropic", "model:claude-x"):
        book.failed(Pass("relay", CLAUDE, 1, canary=False), judged(Category.CREDIT_EXHAUSTED, scope), 0)
    assert len(told(book).closed) == 4
    book.rearmed("relay", 1)
    assert told(book).closed == ()
    assert not let(book, now_us=1).canary


def test_a_payment_at_one_account_opens_no_other(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    book.failed(let(book, account="direct"), DRY, 0)
    book.rearmed("relay", 1)
    assert told(book, "direct").state == "exhausted"


def test_a_reading_of_the_balance_opens_the_account_and_nothing_that_it_cannot_know(book: HealthBook) -> None:
    for scope in (ACCOUNT, KEY, "vendor:anthropic", "model:house-model"):
        book.failed(Pass("relay", (*CLAUDE, "model:house-model"), 1, canary=False), judged(Category.CREDIT_EXHAUSTED, scope), 0)
    book.rearmed("relay", 1, reading=True)
    assert [closed.scope for closed in told(book).closed] == [KEY, "vendor:anthropic", "model:house-model"]


def test_a_reading_opens_no_account_that_is_closed_for_another_reason(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.ACCOUNT_SUSPENDED, ACCOUNT), 0)
    book.rearmed("relay", 1, reading=True)
    assert book.begin("relay", CLAUDE, 2) is None


def test_after_a_reading_a_relays_vendor_can_still_be_closed_by_what_began_before(book: HealthBook) -> None:
    early = [let(book), let(book), let(book)]
    book.failed(early[0], DRY, 0)
    book.rearmed("relay", 1, reading=True)
    book.failed(early[1], DRY, 2)
    assert told(book).closed == ()
    book.failed(early[2], VENDOR_DRY, 3)
    assert [closed.scope for closed in told(book).closed] == ["vendor:anthropic"]


# Drills.


def test_a_drill_is_as_dry_as_an_empty_wallet_and_ends_by_itself(book: HealthBook) -> None:
    book.drill("relay", 30_000, 0)
    assert told(book) == Health("relay", "exhausted", (Closed(ACCOUNT, DRILL, 0, 30 * S, money=True, text="drill"),), 0, 0)
    assert book.begin("relay", GPT, 30 * S - 1, spare=True) is None
    assert told(book, now_us=30 * S) == Health("relay", "ready", (), 0, 0)
    assert not let(book, now_us=30 * S).canary
    assert book.accounts["relay"].shut == {}


def test_neither_a_payment_nor_a_late_success_ends_a_drill(book: HealthBook) -> None:
    early = let(book)
    book.drill("relay", 30_000, 0)
    book.rearmed("relay", 1)
    book.rearmed("relay", 1, reading=True)
    book.succeeded(early, 2)
    assert book.begin("relay", CLAUDE, 3) is None


def test_a_drill_leaves_what_is_closed_as_it_is(book: HealthBook) -> None:
    early = let(book)
    book.failed(let(book), VENDOR_DRY, 0)
    book.drill("relay", 30_000, 1)
    book.failed(early, judged(Category.AUTH_INVALID, KEY), 2)
    assert [(closed.scope, closed.why) for closed in told(book, now_us=3).closed] == [
        ("vendor:anthropic", "credit_exhausted"),
        (ACCOUNT, DRILL),
        (KEY, "auth_invalid"),
    ]
    assert [closed.scope for closed in told(book, now_us=31 * S).closed] == ["vendor:anthropic", KEY]


def test_a_second_drill_takes_the_place_of_the_first_and_one_of_no_length_ends_it(book: HealthBook) -> None:
    book.drill("relay", 30_000, 0)
    book.drill("relay", 60_000, 10 * S)
    assert told(book, now_us=69 * S).state == "exhausted"
    book.drill("relay", 0, 20 * S)
    assert told(book, now_us=20 * S).state == "ready"


# States.


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ([], "ready"),
        ([(CLAUDE, Category.CREDIT_EXHAUSTED, ACCOUNT)], "exhausted"),
        ([(CLAUDE, Category.BUDGET_LIMIT, KEY)], "exhausted"),
        ([(CLAUDE, Category.AUTH_INVALID, KEY)], "disabled"),
        ([(CLAUDE, Category.ACCOUNT_SUSPENDED, ACCOUNT)], "disabled"),
        ([(CLAUDE, Category.CREDIT_EXHAUSTED, "vendor:anthropic")], "ready"),
        (
            [
                (CLAUDE, Category.CREDIT_EXHAUSTED, "vendor:anthropic"),
                (GPT, Category.CREDIT_EXHAUSTED, "vendor:openai"),
                (HOUSE, Category.CREDIT_EXHAUSTED, "model:house-model"),
            ],
            "exhausted",
        ),
        (
            [
                (CLAUDE, Category.CREDIT_EXHAUSTED, "vendor:anthropic"),
                (GPT, Category.CREDIT_EXHAUSTED, "vendor:openai"),
                (HOUSE, Category.RATE_LIMITED, "model:house-model"),
            ],
            "cooling",
        ),
        (
            [
                (CLAUDE, Category.AUTH_INVALID, "vendor:anthropic"),
                (GPT, Category.CREDIT_EXHAUSTED, "vendor:openai"),
                (HOUSE, Category.MODEL_NOT_FOUND, "model:house-model"),
            ],
            "exhausted",
        ),
        ([(CLAUDE, Category.OVERLOADED, ACCOUNT)], "cooling"),
        ([(CLAUDE, Category.OVERLOADED, ACCOUNT), (CLAUDE, Category.CREDIT_EXHAUSTED, KEY)], "exhausted"),
    ],
)
def test_the_state_says_what_the_cure_is(failures: list[tuple[Scopes, Category, str]], state: str) -> None:
    book = HealthBook(ROUTES)
    for passed, (_, category, scope) in [(let(book, failure[0]), failure) for failure in failures]:
        book.failed(passed, judged(category, scope, retry_after_ms=5_000), 0)
    assert told(book).state == state
    assert told(book, "direct").state == "ready"


def test_an_account_without_routes_has_a_state_too() -> None:
    book = HealthBook({"idle": ()})
    assert told(book, "idle").state == "ready"
    book.drill("idle", 1_000, 0)
    assert told(book, "idle").state == "exhausted"


def test_a_closing_stays_told_until_a_canary_came_back_and_a_pause_only_while_it_lasts(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.RATE_LIMITED, "model:claude-x", retry_after_ms=5_000), 0)
    book.failed(let(book, GPT), judged(Category.CREDIT_EXHAUSTED, "vendor:openai"), 0)
    assert [closed.scope for closed in told(book, now_us=5 * S).closed] == ["vendor:openai"]
    let(book, GPT, now_us=90 * S)
    assert [closed.scope for closed in told(book, now_us=91 * S).closed] == ["vendor:openai"]


# Config, restart.


def test_a_changed_config_keeps_what_is_known_and_forgets_who_is_gone(book: HealthBook) -> None:
    book.failed(let(book), VENDOR_DRY, 0)
    book.failed(let(book, account="direct"), DRY, 0)
    book.configure({"relay": (CLAUDE,), "new": ()})
    assert told(book).state == "exhausted"
    assert told(book).requests == 1
    assert told(book, "new") == Health("new", "ready")
    assert book.health("direct", 0) is None
    book.configure(ROUTES)
    assert told(book, "direct") == Health("direct", "ready")


def test_a_snapshot_tells_every_account(book: HealthBook) -> None:
    assert book.snapshot(0) == (Health("relay", "ready"), Health("direct", "ready"))


def closings(book: HealthBook, now_us: int) -> list[tuple[str, tuple[Closed, ...]]]:
    return [(health.state, health.closed) for health in book.snapshot(now_us)]


@pytest.mark.parametrize("before", [True, False])
def test_a_restart_remembers_what_is_closed(book: HealthBook, before: bool) -> None:  # noqa: FBT001 - a table's column
    book.failed(let(book), VENDOR_DRY, 0)
    book.failed(let(book, GPT), judged(Category.AUTH_INVALID, KEY, doubtful=True), 0)
    book.failed(let(book, account="direct"), judged(Category.RATE_LIMITED, "model:claude-x", retry_after_ms=90_000), 0)
    book.drill("direct", 20_000, 5 * S)
    again = HealthBook(None if before else ROUTES)
    again.restore(book.snapshot(10 * S), 10 * S)
    if before:
        again.configure(ROUTES)
    for now_us in (10 * S, 26 * S, 61 * S, 91 * S):
        assert closings(again, now_us) == closings(book, now_us)
    assert again.begin("relay", CLAUDE, 11 * S, spare=True) is None
    assert let(again, GPT, now_us=11 * S, spare=True).serial > 0
    assert let(again, now_us=91 * S, account="direct").canary is False


def test_a_restart_forgets_pauses_and_drills_that_are_over(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.RATE_LIMITED, "model:claude-x", retry_after_ms=5_000), 0)
    book.drill("direct", 5_000, 0)
    told_then = book.snapshot(1)
    again = HealthBook(ROUTES)
    again.restore(told_then, 5 * S)
    assert again.snapshot(5 * S) == (Health("relay", "ready"), Health("direct", "ready"))
    assert all(record.breakers == {} for record in again.accounts.values())


def test_a_canary_that_was_out_at_the_restart_is_lost_and_its_place_is_free(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    let(book, now_us=60 * S)
    again = HealthBook(ROUTES)
    again.restore(book.snapshot(61 * S), 61 * S)
    assert let(again, now_us=61 * S).canary
    assert again.begin("relay", CLAUDE, 61 * S) is None


@pytest.mark.parametrize("refusals", range(9))
def test_the_wait_after_a_restart_is_the_one_from_before(book: HealthBook, refusals: int) -> None:
    now_us = 0
    book.failed(let(book), DRY, now_us)
    for _ in range(refusals):
        now_us = told(book).closed[0].until_us or 0
        book.failed(let(book, now_us=now_us), DRY, now_us)
    again = HealthBook(ROUTES)
    again.restore(book.snapshot(now_us), now_us)
    due_us = told(again).closed[0].until_us or 0
    for one in (book, again):
        one.failed(let(one, now_us=due_us), DRY, due_us)
    assert told(again, now_us=due_us).closed[0].until_us == told(book, now_us=due_us).closed[0].until_us


def test_a_closing_that_names_no_end_is_tried_after_the_first_wait() -> None:
    book = HealthBook(ROUTES)
    book.restore([Health("relay", "exhausted", (Closed(ACCOUNT, "credit_exhausted", 5, None, money=True),))], 5)
    assert told(book, now_us=5).closed[0].until_us == 60 * S + 5
    book.restore([Health("direct", "disabled", (Closed(KEY, "auth_invalid", 5, None),))], 5)
    assert told(book, "direct", now_us=5).closed[0].until_us == 300 * S + 5


# Bounds and cost.


def test_made_up_models_do_not_fill_the_memory_and_do_not_push_out_what_matters(book: HealthBook) -> None:
    book.failed(let(book), DRY, 0)
    book.failed(let(book, account="direct"), judged(Category.AUTH_INVALID, KEY), 0)
    record = book.accounts["relay"]
    for number in range(3 * SCOPES_MAX):
        scopes = scopes_of(None, f"made-up-{number}")
        book.failed(Pass("relay", scopes, 1_000_000 + number, canary=False), judged(Category.MODEL_NOT_FOUND, scopes[-1]), 0)
    assert len(record.breakers) == SCOPES_MAX
    assert set(record.shut) == set(record.breakers)
    assert book.begin("relay", GPT, 1) is None


def test_what_is_ready_goes_first_where_there_is_no_room(book: HealthBook) -> None:
    book.failed(let(book, HOUSE), judged(Category.MODEL_NOT_FOUND, "model:house-model"), 0)
    book.failed(let(book, CLAUDE), judged(Category.SERVER_ERROR, "model:claude-x"), 0)
    for number in range(SCOPES_MAX - 1):
        scopes = scopes_of(None, f"made-up-{number}")
        book.failed(let(book, scopes), judged(Category.MODEL_NOT_FOUND, scopes[-1]), 0)
    record = book.accounts["relay"]
    assert len(record.breakers) == SCOPES_MAX
    assert "model:claude-x" not in record.breakers
    assert shut(book, HOUSE)


def test_an_account_without_trouble_holds_no_breaker(book: HealthBook) -> None:
    for _ in range(5):
        book.succeeded(let(book), 0)
    assert book.accounts["relay"].breakers == {}


def test_the_breaker_that_holds_back_longest_decides_what_is_told(book: HealthBook) -> None:
    book.failed(let(book), judged(Category.RATE_LIMITED, "model:claude-x", retry_after_ms=1_000_000), 0)
    record = book.accounts["relay"]
    assert record.decisive(CLAUDE, 1)[0] == "model:claude-x"
    book.drill("relay", 10_000, 0)
    assert record.decisive(CLAUDE, 1)[0] == DRILL
    assert record.decisive(CLAUDE, 10 * S)[0] == "model:claude-x"
    with pytest.raises(ValueError, match="empty"):
        record.decisive(GPT, 10 * S)
