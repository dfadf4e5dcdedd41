"""What texts say of the way back, in the vendors' own forms; ids and dates are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from solvent.catalogue.parties import Reset
from solvent.diagnosis import engine
from solvent.diagnosis.judge import judge
from solvent.diagnosis.paste import reader
from solvent.diagnosis.waiting import recovery
from solvent.diagnosis.waiting.recovery import Recovery
from solvent.model.verdict import Category, Verdict

DATE = "date: Wed, 25 Nov 2026 01:09:35 GMT "


def back(text: str, resets: tuple[Reset, ...] = ()) -> Recovery:
    reading = reader.read(text)
    undecided = replace(engine.packaged().decide(reading), rule=None, quote=None)
    return recovery.of(reading, undecided, Category.RATE_LIMITED, passes=True, party_resets=resets)


def verdict(text: str) -> Verdict:
    return judge(text, engine.packaged())


@pytest.mark.parametrize(
    ("text", "instant", "wait_s"),
    [
        ("You will regain access on 2026-12-01 at 00:00 UTC.", "2026-12-01T00:00:00Z", None),
        ("Claude AI usage limit reached|1755772800", "2025-08-21T10:40:00Z", None),
        ("'X-RateLimit-Reset': '1790640000000'", "2026-09-29T00:00:00Z", None),
        ("Your limit will reset at 2026-04-09 15:13:03", "2026-04-09T15:13:03+08:00", None),
        ('"type":"usage_limit_reached","resets_at":1777936568,"resets_in_seconds":13872', "2026-05-04T23:16:08Z", 13_872),
        (
            "anthropic-ratelimit-requests-remaining: 0 anthropic-ratelimit-requests-reset: 2026-11-25T01:20:00Z",
            "2026-11-25T01:20:00Z",
            None,
        ),
        (DATE + "retry-after: 20", "2026-11-25T01:09:55Z", 20),
        (DATE + "retry-after-ms: 1500", "2026-11-25T01:09:37Z", 2),
        (DATE + "Retry-After: Wed, 25 Nov 2026 01:10:35 GMT", "2026-11-25T01:10:35Z", 60),
        (DATE + "x-ratelimit-remaining-tokens: 0 x-ratelimit-reset-tokens: 6m0s", "2026-11-25T01:15:35Z", 360),
        (DATE + "try again in 1h2m3s", "2026-11-25T02:11:38Z", 3_723),
        ("Please try again in 5.575s.", None, 6),
        ("Please try again in 14ms.", None, 1),
        ("try again in 6m0s", None, 360),
        ("try again in 2 hours", None, 7_200),
        ("or try again in 5 days 22 hours 11 minutes.", None, 511_860),
        ("Please wait 17 seconds before retrying.", None, 17),
        ('"retryDelay": "37s"', None, 37),
        ("请求过于频繁，请在 30 秒后重试", None, 30),
        ("请求频繁，请5分钟后再试", None, 300),
        ("Resets in 42m.", None, 2_520),
        ("x-ratelimit-reset-requests: 20s", None, 20),
        ("regain access on 2026-99-99 at 00:00 UTC", None, None),
        ("nothing about time", None, None),
    ],
)
def test_what_is_stated_is_told_and_no_more(text: str, instant: str | None, wait_s: int | None) -> None:
    found = back(text)
    assert (found.available_at, found.retry_after_s) == (instant, wait_s)


@pytest.mark.parametrize(
    ("head", "instant"),
    [
        ("2026-11-25T01:00:00.123Z ERROR ", "2026-11-25T01:00:20Z"),
        ("[2026-11-25 09:00:00+08:00] WARN ", "2026-11-25T01:00:20Z"),
        ('{"timestamp": "2026-11-25T01:00:00Z"} ', "2026-11-25T01:00:20Z"),
        ("2026-11-25 01:00:00,885 ERROR ", None),
        ("(request id: slv-1a0fbe5b3cb9d41b7ea00001) ", "2026-10-02T09:15:50Z"),
        ("(request id: 20260126100910722614337HsQybcmN) ", None),
    ],
)
def test_a_wait_becomes_an_instant_where_the_failures_time_is_certain(head: str, instant: str | None) -> None:
    found = back(f"{head}429 Please try again in 20s.")
    assert (found.available_at, found.retry_after_s) == (instant, 20)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("on tokens per minute (TPM): Limit 12000, Used 11211, Requested 1904", "minute"),
        ("on requests per day (RPD): Limit 200, Used 200, Requested 1", "day"),
        ('"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"', "day"),
        ('"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier"', "minute"),
        ("PerMinute and PerDay quotas are both used up", "day"),
        ("5-hour limit reached ∙ resets 8pm", "5h"),
        ("Weekly limit reached", "week"),
        ("hourly quota reached", "hour"),
        ("You have reached your monthly limit", "month"),
        ("已达到每日调用上限", "day"),
        ("每分钟请求数超限", "minute"),
        ("本周额度已用完", "week"),
        ("too many requests", None),
    ],
)
def test_the_window_is_read_from_its_words(text: str, window: str | None) -> None:
    assert back(text).window == window


GOOGLE = (Reset("day", "America/Los_Angeles"),)
PER_DAY = 'quotaId: GenerateRequestsPerDayPerProjectPerModel-FreeTier "retryDelay": "14s"'


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("Wed, 25 Nov 2026 01:09:35 GMT", "2026-11-25T08:00:00Z"),
        ("Wed, 25 Nov 2026 08:00:00 GMT", "2026-11-26T08:00:00Z"),
        ("Thu, 02 Jul 2026 12:00:00 GMT", "2026-07-03T07:00:00Z"),
        # The nights in which the clocks change: the day has 23 or 25 hours.
        ("Sun, 08 Mar 2026 09:30:00 GMT", "2026-03-09T07:00:00Z"),
        ("Sun, 01 Nov 2026 08:30:00 GMT", "2026-11-02T08:00:00Z"),
    ],
)
def test_a_days_quota_opens_at_midnight_where_the_vendor_lives(date: str, instant: str) -> None:
    assert back(f"{PER_DAY} date: {date}", GOOGLE).available_at == instant


def test_of_a_plans_windows_the_one_that_is_named_counts() -> None:
    assert verdict("Weekly limit reached ∙ resets Mon 3:00 PM").window == "week"
    assert verdict("5-hour limit reached ∙ resets 8pm").window == "5h"


def test_seconds_beside_a_days_limit_mean_the_day() -> None:
    found = back(PER_DAY, GOOGLE)
    assert (found.available_at, found.retry_after_s, found.window) == (None, None, "day")
    counted = back("on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.")
    assert (counted.retry_after_s, counted.window) == (432, "day")
    soon = back("on tokens per day (TPD): Limit 100000, Used 99990, Requested 20. Please try again in 9s.")
    assert (soon.retry_after_s, soon.window) == (None, "day")
    assert (
        back("Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 57829 seconds before retrying.").retry_after_s
        == 57_829
    )


@pytest.mark.parametrize(
    "text",
    [
        "Quota exceeded for metric: x/generate_content_free_tier_requests, limit: 0, model: gemini-9-pro Please retry in 11.2s.",
        '"quotaValue":"0" "retryDelay":"14s"',
        "on tokens per day (TPD): Limit 0, Used 0, Requested 300. Please try again in 14s.",
    ],
)
def test_no_wait_opens_a_limit_of_nothing(text: str) -> None:
    assert back(text) == Recovery(hopeless=True)
    assert verdict(f"429 {text} RESOURCE_EXHAUSTED exceeded your current quota").retryable is False


@pytest.mark.parametrize("text", ["limit: 0.5", "limit: 05", '"quotaValue":"05"', "limit: 0,5", "limit: 10"])
def test_a_small_limit_is_not_nothing(text: str) -> None:
    assert back(text).hopeless is False


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("429 {'error': {'message': 'Quota exceeded: monthly quota is fine, requests per minute exceeded, retry after 12 s'}}", "minute"),
        ('今天一直报错\n429 {"error":{"message":"Rate limit exceeded"}}', "minute"),
        ("429 Rate limit exceeded: free-models-per-min. Add 10 credits to unlock 1000 free model requests per day", "minute"),
    ],
)
def test_words_beside_the_limits_own_sentence_name_no_window(text: str, window: str) -> None:
    assert verdict(text).window == window


def test_a_month_opens_on_its_first_day() -> None:
    found = back("monthly limit reached date: Thu, 31 Dec 2026 23:00:00 GMT", (Reset("month", "UTC"),))
    assert (found.available_at, found.retry_after_s, found.window) == ("2027-01-01T00:00:00Z", 3_600, "month")


def test_a_window_without_an_instant_stays_without_one() -> None:
    assert back("daily limit reached", GOOGLE).available_at is None
    assert back("weekly limit reached date: Thu, 31 Dec 2026 23:00:00 GMT", GOOGLE).available_at is None


def test_the_verdict_tells_the_wait_and_the_day() -> None:
    text = (
        "HTTP/1.1 429 Too Many Requests\ndate: Wed, 25 Nov 2026 01:09:35 GMT\n\n"
        '{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED",'
        '"details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"25"}]},{"retryDelay":"14s"}]}}'
    )
    found = verdict(text)
    assert (found.rule, found.retryable, found.window) == ("google/quota-per-day", True, "day")
    assert (found.available_at, found.retry_after_s) == ("2026-11-25T08:00:00Z", 24_625)
    assert found.as_json()["retry_after_s"] == 24_625


def test_a_wait_longer_than_the_window_means_another_window() -> None:
    found = verdict("Sorry, you've hit a rate limit. Please try again in 58 hours.")
    assert (found.retry_after_s, found.window) == (208_800, None)
    assert verdict("429 Rate limit reached: 3 requests per minute. Please try again in 20s.").window == "minute"


def test_an_empty_purse_has_no_wait() -> None:
    found = verdict("402 Insufficient Balance. Please try again in 20s. api.deepseek.com")
    assert (found.category, found.available_at, found.retry_after_s) == (Category.CREDIT_EXHAUSTED, None, None)


PIECES = st.sampled_from(
    [
        "try again in ",
        "retry-after: ",
        DATE,
        "99999999",
        " days",
        "9" * 12,
        "resets 3am (Europe/Berlin)",
        "resets Feb 30 at 3am (Europe/Berlin)",
        "resets_at: 9999999999999",
        "(RPD)",
        "limit: 0",
        "regain access on 9999-12-31 at 23:59 UTC",
        "x-ratelimit-reset-tokens: 6m0s",
        "date: Fri, 31 Dec 9999 23:59:59 GMT ",
        "date: Mon, 01 Jan 0001 00:00:00 GMT ",
        "秒后重试",
        "s ",
        "h",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=10).map("".join))
def test_no_text_makes_it_fail(text: str) -> None:
    found = back(text, (Reset("day", "America/Los_Angeles"), Reset("month", "UTC")))
    assert found.retry_after_s is None or found.retry_after_s >= 0
