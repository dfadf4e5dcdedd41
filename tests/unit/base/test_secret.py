from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solvent.base.secret import redact

HEX32 = "9f86d081884c7d659a2feaa0c55ad015"
KEYS = {
    "openai": "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3",
    "anthropic": "sk-ant-api03-Zy9xW8vU7tS6rQ5pO4nM3lK2jI1hG0fE-dC_bA1aB2cD3eF4gH5-AAAA",
    "openrouter": "sk-or-v1-" + HEX32 * 2,
    "google": "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "groq": "gsk_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T1u2V3w4X",
    "xai": "xai-1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P",
    "huggingface": "hf_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P",
    "aws": "AKIA1B2C3D4E5F6G7H8I",
    "github": "ghp_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R",
    "perplexity": "pplx-1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b",
    "nvidia": "nvapi-1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T",
    "alibaba": "LTAI5t1a2B3c4D5e6F7g8H9i",
}
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1b2c3d4e5f6\nq7r8s9t0\n-----END RSA PRIVATE KEY-----"

# What is pasted, the secret in it, and the kind that the reader is told.
PLACES: list[tuple[str, str, str]] = [
    *[(f"Incorrect API key provided: {key}. You can find", key, "key") for key in KEYS.values()],
    (f'curl -H "Authorization: Bearer {HEX32}.zhipu"', HEX32, "credential"),
    (f"  -H 'x-api-key: {HEX32}' \\", HEX32, "credential"),
    (f'headers={{"api-key": "{HEX32}"}}', HEX32, "credential"),
    (f"AZURE_OPENAI_API_KEY={HEX32}", HEX32, "credential"),
    (f"GET https://relay.example/v1beta/models?key={HEX32} failed", HEX32, "credential"),
    (f"https://relay.example/x?model=a&access_token={HEX32}&n=1", HEX32, "credential"),
    ("密码：hunter2hunter2", "hunter2hunter2", "credential"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY1", "wJalrXUtnFEMI", "credential"),
    (f"token {JWT} expired", JWT, "token"),
    (f"key file:\n{PEM}\nend", "q7r8s9t0", "private-key"),
    ("Cookie: session=s3cr3tv4lu3; theme=dark", "s3cr3tv4lu3", "cookie"),
    ("set-cookie: sid=0123456789abcdef; HttpOnly", "0123456789abcdef", "cookie"),
    ("proxy http://alice:pa55word@proxy.example:3128 refused", "pa55word", "url-password"),
    ("contact zhang.wei+ai@mail.example.com.cn please", "zhang.wei+ai", "e-mail"),
    ('File "/home/zhangwei/project/app.py", line 3', "zhangwei", "home-path"),
    ('File "/Users/Jane Doe/app.py"', "Jane", "home-path"),
    (r"C:\Users\zhangwei\app.py", "zhangwei", "home-path"),
    (r"C:\\Users\\zhangwei\\app.py", "zhangwei", "home-path"),
    ("手机 13812345678 已绑定", "13812345678", "phone"),
    ("call +86 138-1234-5678", "138-1234-5678", "phone"),
    ("call +1 (415) 555-2671 now", "555-2671", "phone"),
    ('{"accountId": "123456789012"}', "123456789012", "account-number"),
    ("arn:aws:bedrock:us-east-1:123456789012:model/x", "123456789012", "account-number"),
    ("in organization org-a1B2c3D4e5F6g7H8i9J0k1L2 on tokens", "org-a1B2c3D4e5F6g7H8i9J0k1L2", "organization"),
    ("project proj_a1B2c3D4e5F6g7H8i9J0k1L2 is archived", "proj_a1B2c3D4e5F6g7H8i9J0k1L2", "organization"),
    # A body that was logged as a string inside another body.
    (rf'"message": "401\nkey:\n{KEYS["groq"]}\nis invalid"', KEYS["groq"], "key"),
    (rf'"body": "{{\"api_key\": \"{HEX32}\"}}"', HEX32, "credential"),
    # The variable that points Claude Code at a relay, and a relay's own kind of key.
    (f"ANTHROPIC_AUTH_TOKEN=cr_{HEX32}{HEX32}", HEX32, "credential"),
]
KEPT = [
    "500 (request id: 20260126100910722614337HsQybcmN)",
    "(request id: 202604021009107226143378268d9d6HsQybcmN)",
    '"request_id":"req_011Cx4TestAa7Bq2LmKd9Pz3"',
    "x-request-id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "Error code: 429 - model claude-sonnet-4-5-20250929 in gpt-4o-2024-08-06, deepseek-chat and qwen3-235b-a22b-instruct-2507",
    "需要预扣费额度: ＄0.150000, 剩余额度: ＄0.000000",
    "Limit 30000, Used 29012, Requested 1533. Please try again in 1.09s",
    "Incorrect API key provided: sk-ab***********yz12.",
    'api_key = os.environ["ANTHROPIC_API_KEY"]',
    "Authorization: Bearer $OPENAI_API_KEY",
    "Authorization: Bearer <your-api-key>",
    "https://api.anthropic.com/v1/messages",
    "chatcmpl-9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d",
    "/home/user/app.py and /home/runner/work",
    "max_tokens: 8192, tokens: 12345678",
    '{"cookies": 954, "provider": "anthropic", "error": "fetch failed"}',
]


@pytest.mark.parametrize(("text", "secret", "kind"), PLACES, ids=[f"{kind}: {text[:40]!r}" for text, _, kind in PLACES])
def test_the_secret_is_struck_and_counted(text: str, secret: str, kind: str) -> None:
    clean = redact(text)
    assert secret not in clean.text
    assert f"[{kind} removed]" in clean.text
    assert dict(clean.struck)[kind] >= 1


@pytest.mark.parametrize("text", KEPT)
def test_what_a_report_needs_stays_as_it_is(text: str) -> None:
    clean = redact(text)
    assert clean.text == text
    assert clean.struck == ()


def test_the_words_around_a_secret_stay() -> None:
    assert (
        redact(f"curl -H 'x-api-key: {HEX32}' https://a.example/v1").text
        == "curl -H 'x-api-key: [credential removed]' https://a.example/v1"
    )


def test_the_full_stop_behind_a_secret_stays() -> None:
    assert (
        redact(f"Limit for api_key: {HEX32}. Limit type: requests").text == "Limit for api_key: [credential removed]. Limit type: requests"
    )


def test_each_kind_is_counted_by_itself() -> None:
    clean = redact(f"{KEYS['openai']} and {KEYS['groq']} from bob@mail.example.com")
    assert dict(clean.struck) == {"key": 2, "e-mail": 1}


def _body(alphabet: str) -> st.SearchStrategy[str]:
    digit = st.sampled_from(string.digits)
    return st.builds(
        lambda head, one, tail: head + one + tail, st.text(alphabet, max_size=20), digit, st.text(alphabet, min_size=20, max_size=150)
    )


LETTERS = string.ascii_letters + string.digits
PREFIXES = (
    "sk-",
    "sk-proj-",
    "sk-ant-api03-",
    "sk-or-v1-",
    "AIzaSy",
    "gsk_",
    "xai-",
    "hf_",
    "r8_",
    "nvapi-",
    "pplx-",
    "ghp_",
    "github_pat_",
    "AKIA",
)
PLANTED = st.builds(lambda prefix, body: prefix + body, st.sampled_from(PREFIXES), _body(LETTERS))
# What stands right before and right after a key: anything that cannot itself be a part of it.
BEFORE = st.sampled_from([" ", "\n", '"', "'", "=", ": ", "Bearer ", "（", "：", "key=", "\\n", '\\"', "[", "`", ""])
AFTER = st.sampled_from([" ", "\n", '"', "'", ",", ". ", "）", "。", "&", "\\n", "]", "`", ")", ""])
AROUND = st.text(max_size=80)


@given(AROUND, st.lists(st.tuples(PLANTED, BEFORE, AFTER), min_size=1, max_size=4), AROUND)
def test_no_planted_key_survives_anywhere(before: str, planted: list[tuple[str, str, str]], after: str) -> None:
    assume(not any(key[-20:] in before + after for key, _, _ in planted))
    text = before + "".join(f" {left}{key}{right} " for key, left, right in planted) + after
    clean = redact(text)
    assert [key for key, _, _ in planted if key in clean.text] == []
    # Nor does a part that would still be of use.
    assert [key for key, _, _ in planted if key[-20:] in clean.text] == []
    assert sum(count for _, count in clean.struck) >= 1


STAMP = st.datetimes().filter(lambda at: 2023 <= at.year <= 2030).map(lambda at: at.strftime("%Y%m%d%H%M%S"))
REQUEST_IDS = st.one_of(
    st.builds(
        lambda at, nanos, tail: f"{at}{nanos:09d}{tail}", STAMP, st.integers(0, 999_999_999), st.text(LETTERS, min_size=8, max_size=8)
    ),
    st.builds(lambda tail: f"req_011C{tail}", st.text(LETTERS, min_size=20, max_size=20)),
    st.builds(lambda tail: f"req_{tail}", st.text("0123456789abcdef", min_size=32, max_size=32)),
    st.uuids().map(str),
)
FRAMES = st.sampled_from(["(request id: {})", '"request_id":"{}"', "x-request-id: {}", "Request ID: {}", "[{}]", "请求 id：{}"])


@given(REQUEST_IDS, FRAMES)
def test_request_ids_survive(request_id: str, frame: str) -> None:
    assert request_id in redact(f"500 upstream failed {frame.format(request_id)} try again").text


MODELS = st.sampled_from(
    [
        "claude-sonnet-4-5-20250929",
        "claude-3-5-haiku-latest",
        "gpt-4o-2024-08-06",
        "gpt-4.1-mini",
        "o3-mini-2025-01-31",
        "gemini-2.5-pro",
        "deepseek-reasoner",
        "qwen3-235b-a22b-instruct-2507",
        "glm-4.6",
        "kimi-k2-0905-preview",
        "doubao-seed-1-6-250615",
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "accounts/fireworks/models/llama-v3p1-405b-instruct",
        "us.anthropic.claude-opus-4-1-20250805-v1:0",
    ]
)


@given(
    MODELS,
    st.sampled_from(["model: {}", '"model":"{}"', "The model `{}` does not exist", "模型 {} 不存在", "for {} (429)", "model={}&n=1"]),
)
def test_model_names_survive(model: str, frame: str) -> None:
    assert model in redact(frame.format(model)).text


@given(st.text(max_size=300))
def test_a_clean_text_is_clean(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text


FILLER = "A sentence without any sign of it. " * 150


@given(st.lists(st.tuples(BEFORE, PLANTED, AFTER), min_size=1, max_size=6), st.sampled_from([" ", FILLER, FILLER[:700]]))
def test_a_long_text_is_struck_like_a_short_one(planted: list[tuple[str, str, str]], between: str) -> None:
    pieces = [f" {left}{key}{right} " for left, key, right in planted]
    struck = [redact(piece).text for piece in pieces]
    assert redact(FILLER + between.join(pieces) + FILLER).text in (
        FILLER + between.join(struck) + FILLER,
        FILLER + redact(between.join(pieces)).text + FILLER,
    )


@pytest.mark.parametrize("text", [*(text for text, _, _ in PLACES), *KEPT])
def test_around_it_a_long_text_changes_nothing(text: str) -> None:
    for padding in ("\n", "\n" * 5_000):
        assert redact(f"{FILLER}{padding}{text}{padding}{FILLER}").text == f"{FILLER}{padding}{redact(text).text}{padding}{FILLER}"
