from __future__ import annotations

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis import fingerprint

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALNUM = string.ascii_letters + string.digits


def test_what_differs_between_occurrences_is_masked() -> None:
    one = "The key `abc` at https://x.example/1 failed 3 times (request id: 20260126100910722614337HsQybcmN)"
    two = "The key `xyz` at https://y.example/2 failed 14 times (request id: 20260127100910722614337AbCdEfGh)"
    assert fingerprint.template(one) == fingerprint.template(two) == "the key <name> at <url> failed <n> time"


def test_different_sentences_stay_different() -> None:
    said = [
        "quota exceeded",
        "model not found",
        "the frobnicator failed",
        "the gizmo failed",
        "account disabled",
        "account suspended",
        "user not found",
        "user blocked",
        "I can't reach the host, don't retry",
        "I can't find the model, don't retry",
        "invalid field max_tokens",
        "invalid field max_output",
        '{"code":"quota_gone","message":"no"}',
        '{"code":"quota_low","message":"no"}',
        "response.json failed",
        "response.text failed",
        "token.RemainCount is nothing",
        "token.UsedCount is nothing",
        "当前分组负载已饱和",
        "当前分组余额不足",
    ]
    assert len(set(map(fingerprint.template, said))) == len(said)


@pytest.mark.parametrize(
    ("one", "other", "masked"),
    [
        ("failed at 2026-11-25T12:00:00Z", "failed at 2025-01-02 03:04:05.678 UTC", "failed at <time>"),
        ("failed at Wed, 25 Nov 2026 12:00:00 GMT", "failed at Thu, 1 Jan 2026 01:02:03 GMT", "failed at <time>"),
        ("resets on Nov 25, 2026 at 5:00 PM", "resets on Jan 2, 2027 at 11:30 AM", "resets on <time>"),
        ("将于 2026年11月25日 12:00 恢复", "将于 1月2日 08:30 恢复", "将于 <time> 恢复"),
        ("retry in 14.5s", "retry in 2 minutes", "retry in <time>"),
        ("retry in 1h2m3s", "retry in 700ms", "retry in <time>"),
        ("请 30 秒后重试", "请 5分钟后重试", "请 <time>后重试"),
        ("connect to 10.0.0.1:8080 refused", "connect to api.acme.example:443 refused", "connect to <host> refused"),
        ("connect to localhost:3000 refused", "connect to [2001:db8::7]:80 refused", "connect to <host> refused"),
        ("dial relay-7.acme.internal first", "dial a.b.c.co first", "dial <host> first"),
        ("model gpt-4o is gone", "model deepseek/deepseek-v3.1 is gone", "model <name> is gone"),
        ("渠道 hk-3 已停用", "渠道 us-west-12 已停用", "渠道 <name> 已停用"),
        ('no model "claude-x" here', 'no model "gpt" here', "no model <name> here"),
        ("模型「甲」不可用", "模型「乙丙」不可用", "模型<name>不可用"),
        ("the ‘alpha’ plan", "the ‘beta two’ plan", "the <name> plan"),
        ("job 8f3a9c1b failed", "job 0a1b2c3d failed", "job <id> failed"),
        ("job req_011CTTAjbTs5Pn7ZzuZrA5nf", "job chatcmpl-9xYz12345678abcdEFGH", "job <id>"),
        ("key sk-ab***yz is wrong", "key [key removed] is wrong", "key <id> is wrong"),
        ("pointer 0x7ffde", "pointer 0x1", "pointer <id>"),
        ("1 token left", "1,024 tokens left", "<n> token left"),
        ("balance -$0.10", "balance $7.99", "balance <n>"),
        ("cost 1e-05 of 100%", "cost 3.5 of 7%", "cost <n> of <n>"),
    ],
)
def test_each_kind_of_what_differs(one: str, other: str, masked: str) -> None:
    assert fingerprint.template(one) == masked
    assert fingerprint.template(other) == masked


ID = st.one_of(
    st.text(ALNUM, min_size=20, max_size=40).filter(lambda word: any(sign.isdigit() for sign in word) and not word.isdigit()),
    st.uuids().map(str),
    st.text("0123456789abcdef", min_size=32, max_size=32).map(lambda word: f"{word[:-1]}a7"),
)
NUMBER = st.one_of(st.integers(0, 10**12).map(str), st.floats(0, 10**6, allow_nan=False).map(lambda value: f"{value:.3f}"))
LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOST = st.one_of(
    st.tuples(LABEL, LABEL, st.sampled_from(["com", "io", "example", "cn"])).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.tuples(LABEL, st.integers(1, 65535)).map(lambda pair: f"{pair[0]}.acme.internal:{pair[1]}"),
)
NAME = st.text(ALNUM + " -_.中文", min_size=1, max_size=60).map(lambda word: f"`{word}`")
TIME = (
    st.integers(0, 7 * 10**9)
    .map(lambda second: EPOCH + timedelta(seconds=second))
    .flatmap(
        lambda at: st.sampled_from(
            [
                at.isoformat(),
                f"{at:%Y-%m-%d %H:%M:%S}",
                at.date().isoformat(),
                f"{at:%Y/%m/%d %H:%M}",
                f"{at:%d %b %Y %H:%M:%S}",
                f"{at:%H:%M:%S}",
            ]
        )
    )
)
SPAN = st.tuples(st.integers(1, 5000), st.sampled_from(["s", " ms", " seconds", "m", " hours"])).map(lambda pair: f"{pair[0]}{pair[1]}")
ADDRESS = st.tuples(HOST, st.text(ALNUM + "/?=&-_", max_size=60)).map(lambda pair: f"https://{pair[0]}/{pair[1]}")
SENTENCES: tuple[tuple[str, Callable[[], tuple[st.SearchStrategy[str], ...]]], ...] = (
    ("the frobnicator {} of order {} did not answer", lambda: (NAME, ID)),
    ("upstream {} said no at {}, {} left of it", lambda: (HOST, TIME, NUMBER)),
    ("waited {} for {} and gave up on {}", lambda: (SPAN, ADDRESS, ID)),
    ("余额 {} 低于 {}，请求 {} 被拒绝", lambda: (NUMBER, NUMBER, ID)),
    ("try again after {} or ask {}", lambda: (TIME, HOST)),
)


@given(st.data(), st.sampled_from(SENTENCES))
def test_two_that_differ_by_ids_numbers_hosts_names_and_times_alone_are_one(
    data: st.DataObject, sentence: tuple[str, Callable[[], tuple[st.SearchStrategy[str], ...]]]
) -> None:
    words, slots = sentence
    one, other = (words.format(*(data.draw(slot) for slot in slots())) for _ in range(2))
    assert fingerprint.template(one) == fingerprint.template(other), (one, other)


@given(st.data())
def test_what_lies_behind_a_long_id_counts_as_much(data: st.DataObject) -> None:
    ids = [data.draw(st.lists(ID, min_size=20, max_size=20)) for _ in range(2)]
    one, other = (f"{' x '.join(some)} the end" for some in ids)
    assert fingerprint.template(one) == fingerprint.template(other)


@given(st.text(max_size=3000))
def test_any_text_has_a_template_within_bounds(text: str) -> None:
    masked = fingerprint.template(text)
    assert len(masked) <= fingerprint.TEMPLATE_MAX
    assert masked == masked.strip()


def test_parts_do_not_run_into_each_other() -> None:
    assert fingerprint.of("ab", "c") != fingerprint.of("a", "bc")
    assert fingerprint.of("a", None) == fingerprint.of("a", "")
    assert len(fingerprint.of("a")) == 16


def test_a_part_is_named_by_both_the_fingerprint_and_the_sentence() -> None:
    assert len({fingerprint.part("a", "x"), fingerprint.part("a", "y"), fingerprint.part("b", "x"), "a"}) == 4
    assert fingerprint.part("a", "x") == fingerprint.part("a", "x")


def test_an_id_that_begins_like_the_name_of_a_thing_is_an_id() -> None:
    assert fingerprint.template("job podX9n1AlPpXBlxl2cEXuM failed") == fingerprint.template("job YoX9n1AlPpXBlxl2cEXuM failed")
    assert fingerprint.template("pod web-7 failed") == fingerprint.template("pod api-9 failed")
