from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from solvent.access.ratelimit import Bucket, Rate, full, take

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
RATES = st.builds(Rate, st.integers(1, 10_000_000), st.integers(1, 50), st.sampled_from([1, 60, 1_440]))
PAUSES = st.lists(
    st.one_of(st.integers(0, 1000), st.integers(0, SECOND_NS), st.integers(0, 10 * MINUTE_NS), st.just(0)), min_size=1, max_size=200
)


def test_a_burst_passes_and_the_next_one_waits() -> None:
    rate = Rate(60, 3)
    bucket = full(rate, 0)
    waits = []
    for _ in range(4):
        bucket, wait_s = take(bucket, rate, 0)
        waits.append(wait_s)
    assert waits[:3] == [0, 0, 0]
    assert waits[3] > 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    rate = Rate(600, 2)
    bucket = full(rate, 0)
    passed = 0
    for _ in range(5):
        bucket, wait_s = take(bucket, rate, 1000 * MINUTE_NS)
        passed += wait_s == 0
    assert passed == 2


def test_a_clock_that_stands_still_gives_nothing() -> None:
    rate = Rate(1, 1)
    bucket, _ = take(full(rate, 5), rate, 5)
    assert take(bucket, rate, 5)[1] > 0


def test_no_rounding_is_in_favour_of_the_caller() -> None:
    # Seven a minute is one token in 8 571 428 571.43 ns; after whole nanoseconds short of that nothing may pass.
    rate = Rate(7, 1)
    bucket, _ = take(full(rate, 0), rate, 0)
    bucket, _ = take(bucket, rate, 8_572)
    _, wait_s = take(bucket, rate, 8_571_428_571)
    assert wait_s > 0


@given(RATES, PAUSES)
def test_never_more_than_the_burst_and_what_has_flowed_in_gets_through(rate: Rate, pauses: list[int]) -> None:
    bucket, now_ns, passed = full(rate, 0), 0, 0
    for pause_ns in pauses:
        now_ns += pause_ns
        bucket, wait_s = take(bucket, rate, now_ns)
        passed += wait_s == 0
        assert passed <= rate.burst + Fraction(now_ns * rate.per_minute, rate.minutes * MINUTE_NS)


@given(RATES, PAUSES)
def test_who_waits_as_long_as_told_gets_through(rate: Rate, pauses: list[int]) -> None:
    bucket, now_ns = full(rate, 0), 0
    for pause_ns in pauses:
        now_ns += pause_ns
        bucket, wait_s = take(bucket, rate, now_ns)
        if wait_s:
            assert take(bucket, rate, now_ns + wait_s * SECOND_NS)[1] == 0


@given(RATES, st.integers(0, 100 * MINUTE_NS))
def test_nobody_is_told_to_wait_a_whole_second_too_long(rate: Rate, pause_ns: int) -> None:
    _, wait_s = take(Bucket(0, 0), rate, pause_ns)
    needed_ns = Fraction(rate.minutes * MINUTE_NS, rate.per_minute) - pause_ns
    assert wait_s == 0 or wait_s * SECOND_NS - needed_ns <= SECOND_NS + Fraction(rate.minutes * MINUTE_NS, 1_000_000 * rate.per_minute)


@given(RATES, PAUSES)
def test_asking_in_vain_does_not_delay_the_next_token(rate: Rate, pauses: list[int]) -> None:
    patient = impatient = Bucket(0, 0)
    now_ns = 0
    for pause_ns in pauses:
        now_ns += pause_ns
        after, wait_s = take(impatient, rate, now_ns)
        if wait_s == 0:
            break
        impatient = after
    # A caller who asked only now may be one millionth of a token ahead, never more.
    _, told = take(impatient, rate, now_ns)
    _, told_patient = take(patient, rate, now_ns)
    assert told <= told_patient + 1
