from __future__ import annotations

import json

from msgspec.structs import replace

from solvent.model.verdict import (
    Actor,
    AppHelp,
    Category,
    Evidence,
    Layer,
    Limit,
    Paid,
    PaidPoint,
    Read,
    Report,
    RequestFault,
    RequestId,
    Rewriter,
    Role,
    Tried,
    Verdict,
    Wallet,
)

# The names and codes that scripts rely on.
CATEGORIES = [
    "credit_exhausted",
    "budget_limit",
    "rate_limited",
    "overloaded",
    "auth_invalid",
    "permission_denied",
    "model_not_found",
    "context_too_long",
    "request_too_large",
    "invalid_request",
    "content_filtered",
    "region_blocked",
    "account_suspended",
    "server_error",
    "timeout",
    "network",
    "no_channel",
    "client_code",
    "not_an_error",
    "other",
]
WALLETS = ["own_provider_account", "relay_upstream", "relay_user", "key_budget", "none"]
FIELDS = [
    "category",
    "wallet",
    "provider",
    "via",
    "http_status",
    "http_status_source",
    "http_status_should_be",
    "retryable",
    "available_at",
    "window",
    "doc_url",
    "confidence",
    "rule",
    "language",
    "request_ids",
    "evidence",
    "trail",
    "request",
]
REPORT_FIELDS = ["lang", "title", "translation", "cause", "who_acts", "solution", "prevention", "write_to", "code", "source"]

VERDICT = Verdict(
    category=Category.CREDIT_EXHAUSTED,
    wallet=Wallet.RELAY_UPSTREAM,
    actor=Actor.RELAY_OPERATOR,
    provider="anthropic",
    via=("new-api",),
    layers=(Layer(Role.PROVIDER, "anthropic", "Anthropic", spoke="too low", empty=True),),
    http_status=500,
    http_status_source="seen",
    http_status_should_be=402,
    retryable=False,
    available_at=None,
    window=None,
    confidence=0.97,
    rule="anthropic/credit-balance-too-low",
    language="en",
    request_ids=(RequestId("a1", "new-api", ("2026-01-26T10:09:10Z",)), RequestId("b2", "unknown")),
    evidence=(Evidence("too low", "the provider says so"),),
    trail=(Tried("generic/x", "ranks below"),),
    fingerprint="0123456789abcdef",
)
REPORT = Report(
    lang="zh",
    title="标题",
    summary="摘要",
    original="too low",
    translation="太低",
    cause="原因",
    who_acts="中转站",
    solution=("一", "二"),
    prevention=("三",),
    write_to=None,
    code_language="python",
    code_dialect="openai_chat",
    code="print()",
    code_variables=("MODEL",),
)


def test_the_codes_are_those_of_the_contract() -> None:
    assert [item.value for item in Category] == CATEGORIES
    assert [item.value for item in Wallet] == WALLETS


def test_the_json_holds_every_field_of_the_contract() -> None:
    body = VERDICT.as_json(REPORT)
    assert [field for field in [*FIELDS, "report"] if field not in body] == []
    assert [field for field in REPORT_FIELDS if field not in body["report"]] == []
    assert body["report"]["translation"] == {"original": "too low", "text": "太低"}
    assert body["report"]["code"] == {"language": "python", "dialect": "openai_chat", "variables": ["MODEL"], "text": "print()"}
    assert (body["report"]["app_steps"], body["report"]["paid"]) == ([], None)


def test_what_helps_beside_the_solution_says_where_it_was_read() -> None:
    source = Read("https://app.example/docs", "2026-11-29", "documented")
    helped = replace(
        REPORT,
        app_steps=(AppHelp("app", "App", "change_key", "换 key", ("一", "二"), source),),
        paid=Paid(said=True, points=(PaidPoint("first", "先"), PaidPoint("check", "查", "curl x", source))),
    )
    body = helped.as_json()
    read = {"address": "https://app.example/docs", "read": "2026-11-29", "evidence": "documented"}
    assert body["app_steps"] == [
        {"app": "app", "label": "App", "act": "change_key", "title": "换 key", "steps": ["一", "二"], "source": read}
    ]
    assert body["paid"] == {
        "said": True,
        "points": [
            {"kind": "first", "text": "先", "command": None, "source": None},
            {"kind": "check", "text": "查", "command": "curl x", "source": read},
        ],
    }


def test_the_json_is_plain_data() -> None:
    body = VERDICT.as_json(REPORT)
    assert json.loads(json.dumps(body)) == body


def test_without_a_report_there_is_no_report_field() -> None:
    assert "report" not in VERDICT.as_json()


def test_an_id_that_holds_no_time_has_no_times_field() -> None:
    assert VERDICT.as_json()["request_ids"] == [
        {"id": "a1", "issuer": "new-api", "times": ["2026-01-26T10:09:10Z"]},
        {"id": "b2", "issuer": "unknown"},
    ]


def test_the_doc_url_is_the_rules_page_and_null_without_a_rule() -> None:
    assert VERDICT.as_json()["doc_url"] == "/e/rules/anthropic/credit-balance-too-low"
    assert replace(VERDICT, rule=None).as_json()["doc_url"] is None


def test_what_was_refused_is_told_as_the_contract_names_it() -> None:
    by = Rewriter("new-api", "new-api", "likely", "thought_signature", "lost on its way")
    fault = RequestFault("max_tokens", "9", ("8",), Limit("max_tokens", None, 8, 9, "tokens"), "gpt-9", "openai_chat", by)
    assert VERDICT.as_json()["request"] is None
    assert replace(VERDICT, request=fault).as_json()["request"] == {
        "field": "max_tokens",
        "sent": "9",
        "allowed": ["8"],
        "limit": {"name": "max_tokens", "min": None, "max": 8, "got": 9, "unit": "tokens"},
        "model": "gpt-9",
        "dialect": "openai_chat",
        "rewritten_by": {
            "name": "new-api",
            "label": "new-api",
            "certainty": "likely",
            "quote": "thought_signature",
            "says": "lost on its way",
        },
    }
