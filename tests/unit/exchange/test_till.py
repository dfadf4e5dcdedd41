from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.exchange import till as tills
from solvent.exchange.till import Holder, Till, day_of
from solvent.ledger.purse import Part, Purse, Short
from solvent.model.change import LeaseRow
from solvent.model.key import Budget, Key
from tests.unit.exchange.clocks import HandClock

DAY = 86_400_000


def key(name: str = "k", **more: object) -> Key:
    return Key(id=name, name=name, digest=f"digest of sk-{name}", **{"prepaid": True} | more)  # type: ignore[arg-type]


def lease(name: str, credited: int, debited: int = 0, held: int = 0) -> LeaseRow:
    return LeaseRow(f"key:{name}", Money(0), Money(credited), Money(debited), Money(held))


class Scene:
    def __init__(self, *keys: Key, leases: tuple[LeaseRow, ...] = (), spent: tuple[tuple[str, str, int], ...] = ()) -> None:
        self.clock = HandClock()
        self.till = Till(self.clock, lambda text: f"digest of {text}")
        self.till.open(keys, leases, spent)
        self.told: list[Short | None] = []

    def holder(self, name: str = "k") -> Holder:
        found = self.till.find(f"sk-{name}")
        assert found is not None
        return found

    def hold(self, amount: int, wait_ms: int = 2_000, name: str = "k") -> None:
        self.till.hold(self.holder(name), amount, wait_ms, self.told.append)


def test_a_key_is_found_by_its_text_until_it_is_revoked() -> None:
    scene = Scene(key())
    assert scene.till.find("sk-k") is not None
    assert scene.till.find("sk-other") is None
    scene.till.change((key(revoked=True),), ())
    assert scene.till.find("sk-k") is None


def test_what_a_dead_worker_left_open_stays_set_aside() -> None:
    scene = Scene(key(), leases=(lease("k", 100, 30, 20),))
    assert scene.holder().purse.affordable == 50


def test_money_that_comes_in_is_there_at_once_and_once() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    for _ in range(2):
        scene.till.change((), (("key:k", 150),))
    assert scene.holder().purse.affordable == 150


def test_a_new_key_begins_with_what_was_paid_in() -> None:
    scene = Scene()
    scene.till.change((key("new"),), (("key:new", 70),))
    assert scene.holder("new").purse.affordable == 70


def test_a_key_that_is_not_prepaid_is_limited_by_its_budgets_alone() -> None:
    day = Budget("day", Money(50))
    scene = Scene(key(prepaid=False), key("b", prepaid=False, budgets=(day,)), spent=(("b", "day", 20),))
    assert scene.holder().purse.affordable is None
    assert scene.holder("b").purse.affordable == 30
    scene.hold(31, name="b")
    assert scene.told == [Short(Part.DAY, 30, False, 0)]


def test_a_budget_begins_anew_at_midnight_utc() -> None:
    scene = Scene(key(prepaid=False, budgets=(Budget("day", Money(50)),)))
    scene.hold(50)
    scene.till.resolve(scene.holder(), 50, 50)
    scene.hold(1, wait_ms=0)
    scene.clock.pass_ms(DAY)
    scene.hold(50)
    assert [short is None for short in scene.told] == [True, False, True]


def test_whoever_lacks_only_what_others_hold_waits_for_it_in_turn() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    for amount in (90, 50, 40):
        scene.hold(amount)
    assert scene.told == [None]
    # The third would fit now, but the second came before it.
    scene.till.resolve(scene.holder(), 90, 10)
    assert scene.told == [None, None, None]
    assert scene.clock.timers == 0
    assert scene.holder().purse.affordable == 0


def test_whoever_waited_long_enough_is_told_what_is_missing() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    scene.hold(90)
    scene.hold(50)
    scene.clock.pass_ms(1_999)
    assert scene.told == [None]
    scene.clock.pass_ms(1)
    assert scene.told == [None, Short(Part.BALANCE, 10, True, 1)]
    scene.till.resolve(scene.holder(), 90, 0)
    assert len(scene.told) == 2


def test_what_can_never_fit_does_not_wait_behind_those_who_can() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    for amount in (90, 50, 101):
        scene.hold(amount)
    assert scene.told == [None, Short(Part.BALANCE, 10, False, 1)]


def test_who_waits_when_the_money_is_gone_is_told_so_at_once() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    scene.hold(90)
    scene.hold(50)
    scene.till.resolve(scene.holder(), 90, 80)
    assert scene.told == [None, Short(Part.BALANCE, 20, False, 0)]


def test_a_top_up_serves_those_who_wait() -> None:
    scene = Scene(key(), leases=(lease("k", 100),))
    scene.hold(90)
    scene.hold(50)
    scene.till.change((), (("key:k", 200),))
    assert scene.told == [None, None]


def test_the_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "WAITING_MAX", 1)
    scene = Scene(key(), leases=(lease("k", 100),))
    for _ in range(3):
        scene.hold(90)
    assert [short is None for short in scene.told] == [True, False]


def test_requests_and_tokens_of_a_minute_are_limited() -> None:
    holder = Holder(key(rpm=2, tpm=100), Purse())
    assert [holder.wait_s(0) for _ in range(3)] == [0, 0, 31]
    assert holder.wait_s(30_000) == 0
    holder.used(100, 30_000)
    assert holder.wait_s(59_000) == 1
    assert holder.wait_s(60_000) == 0


@pytest.mark.parametrize(("now_us", "day"), [(0, "1970-01-01"), (951_782_400_000_000, "2000-02-29"), (1_764_115_199_999_999, "2025-11-25")])
def test_a_day_is_the_calendars(now_us: int, day: str) -> None:
    assert day_of(now_us) == day
