"""The running gateway, spoken to by the vendors' own SDKs and by a request shaped as Claude Code sends it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import TextBlock, ToolUseBlock

from tests.gateway import SHOWN_S, Gateway, Key, Sandbox, gateway, held_at, http, model, nano, sandbox
from tests.upstream import Upstream, says, upstream
from tests.waiting import until

WORDS = "write 30 words"
LONG = "write 2000 words"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
OURS = r"\(solvent request id: slv-[0-9a-f]+\)"
HAIKU, MINI = ("1.00", "5.00"), ("0.15", "0.60")


@dataclass(frozen=True)
class System:
    """The sandbox, a played upstream and the gateway before both."""

    sandbox: Sandbox
    upstream: Upstream
    gateway: Gateway


def config(held: Sandbox, played: Upstream) -> str:
    """An account for each thing that shall go wrong, so that no test closes another's way."""
    accounts = [held_at(held, name, "openai") for name in ("oa", "oa-cut", "oa-stall", "oa-broken", "oa-slow-down")]
    accounts += [held_at(held, name, "anthropic") for name in ("an", "an-cut", "an-stall", "an-busy")]
    accounts += [
        held_at(held, f"{kind}-dry{number}", manner, "0") for kind, manner in (("oa", "openai"), ("an", "anthropic")) for number in "123"
    ]
    accounts.append(held_at(held, "club", "new-api", "5.00+anthropic-0"))
    played_at = (
        f'[[account]]\nname = "played"\nprovider = "anthropic"\nbase_url = "{played.address}/claude-code"\napi_key = "sk-of-the-account"\n'
    )
    gpt, claude = ("gpt-4o-mini",), ("claude-haiku-4-5",)
    return "".join(
        (
            *accounts,
            played_at,
            model("gpt-4o-mini", *gpt, "oa", price=MINI),
            model("gpt-other-name", *gpt, "oa", price=MINI),
            model("gpt-failover", *gpt, "oa-dry1", "oa", price=MINI),
            model("gpt-all-dry", *gpt, "oa-dry2", price=MINI),
            model("gpt-standing-in", *gpt, "oa-dry3", price=MINI, more='when_exhausted = ["maintenance"]\nmaintenance_text = "Back soon."'),
            model("gpt-cut", *gpt, "oa-cut", price=MINI),
            model("gpt-stall", *gpt, "oa-stall", price=MINI),
            model("gpt-broken", *gpt, "oa-broken", price=MINI),
            model("gpt-slow-down", *gpt, "oa-slow-down", price=MINI),
            model("claude-haiku-4-5", *claude, "an", price=HAIKU),
            model("claude-failover", *claude, "an-dry1", "club", "an", price=HAIKU),
            model("claude-all-dry", *claude, "an-dry2", price=HAIKU),
            model(
                "claude-standing-in",
                *claude,
                "an-dry3",
                price=HAIKU,
                more='when_exhausted = ["maintenance"]\nmaintenance_text = "Back soon."',
            ),
            model("claude-cut", *claude, "an-cut", price=HAIKU),
            model("claude-stall", *claude, "an-stall", price=HAIKU),
            model("claude-busy", *claude, "an-busy", price=HAIKU),
            model("claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929", "an"),
            model("claude-played", "claude-played", "played"),
        )
    )


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("clients")
    with (
        sandbox(folder) as held,
        upstream({"claude-code": says(CLAUDE_CODE_ANSWER)}) as played,
        gateway(folder / "gateway", config(held, played), 'hold_wait = "300ms"') as running,
    ):
        for manner, name in (("openai", "oa-cut"), ("openai", "oa-stall"), ("openai", "oa-broken"), ("openai", "oa-slow-down")):
            held.open(f"sk-sandbox-{manner}-{name}-5.00")
        for name in ("an-cut", "an-stall", "an-busy"):
            held.open(f"sk-sandbox-anthropic-{name}-5.00")
        yield System(held, played, running)
        audit = running.solvent("audit")
        assert (audit.returncode, audit.stdout) == (0, "books balance\n")
        assert running.program.complaints() == ""


@pytest.fixture
def key(system: System, request: pytest.FixtureRequest) -> Key:
    """A key for one test: with five dollars, and told who answered."""
    return system.gateway.key(request.node.name[:60], reveal=True)


@contextlib.contextmanager
def gpt(system: System, key: str, *, retries: int = 0, sent: list[str] | None = None) -> Iterator[openai.OpenAI]:
    """OpenAI's client; `sent` gets the path of every request that it really sends."""
    with http(system.gateway.url, event_hooks={"request": [noting(sent)]}) as client:
        yield openai.OpenAI(base_url=f"{system.gateway.url}/v1", api_key=key, max_retries=retries, http_client=client)


@contextlib.contextmanager
def claude(system: System, key: str, *, retries: int = 0, sent: list[str] | None = None, below: str = "") -> Iterator[anthropic.Anthropic]:
    with http(system.gateway.url, event_hooks={"request": [noting(sent)]}) as client:
        yield anthropic.Anthropic(base_url=f"{system.gateway.url}{below}", api_key=key, max_retries=retries, http_client=client)


def noting(sent: list[str] | None) -> Any:
    return lambda request: None if sent is None else sent.append(request.url.path)


def asked(words: str = WORDS) -> list[Any]:
    return [{"role": "user", "content": words}]


def call_of(system: System, done: dict[str, Any], account: str) -> dict[str, Any]:
    """What the provider knows of the last attempt of a request."""
    (upstream_id,) = done["attempts"][-1]["upstream_request_ids"]
    (call,) = [call for call in system.sandbox.calls(account) if call["request_id"] == upstream_id]
    return call


def told(system: System, request_id: str | None, account: str) -> dict[str, Any]:
    """The books' record of a request, which must say what the provider's own books say, to the nano-dollar."""
    done = system.gateway.request(request_id)
    call = call_of(system, done, account)
    assert (done["status"], done["cost_source"]) == (200, "reported")
    assert (done["cost_usd"], done["tokens"]["output_tokens"]) == (call["cost_usd"], call["output_tokens"])
    return done


# Answers.


def test_openai_answers_whole_and_as_a_stream_and_the_books_agree_with_the_provider(system: System, key: Key) -> None:
    with gpt(system, key.text) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=asked())
        whole = raw.parse()
        chunks = list(client.chat.completions.create(model="gpt-4o-mini", messages=asked(), stream=True))
        measured = list(
            client.chat.completions.create(model="gpt-4o-mini", messages=asked(), stream=True, stream_options={"include_usage": True})
        )
    said = whole.choices[0].message.content
    assert said is not None
    assert len(said.split()) == 30
    for stream in (chunks, measured):
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == said
        assert stream[-1 if stream is chunks else -2].choices[0].finish_reason == "stop"
    # Asked for upstream all the same, and not passed on to who did not ask.
    assert [chunk.usage for chunk in chunks if chunk.usage] == []
    assert measured[-1].usage is not None
    assert whole.usage is not None
    done = told(system, raw.headers["x-solvent-request-id"], "openai-oa")
    assert measured[-1].usage.to_dict() == whole.usage.to_dict() | {"x-solvent-cost-usd": done["cost_usd"]}
    assert whole._request_id == done["id"]
    assert raw.headers["x-solvent-cost-usd"] == done["cost_usd"]
    assert (raw.headers["x-solvent-account"], raw.headers["x-solvent-attempts"]) == ("oa", "1")
    assert {one["cost_usd"] for one in system.gateway.of_key(key, 3)} == {done["cost_usd"]}
    state = system.gateway.settled(key, 3)
    assert state["requests"] == 3
    assert nano(state["spent_usd"]) == 3 * nano(done["cost_usd"]) == nano("5.00") - nano(state["balance_usd"])


def test_anthropic_answers_whole_and_as_a_stream_and_the_books_agree_with_the_provider(system: System, key: Key) -> None:
    wanted: Any = {"model": "claude-haiku-4-5", "max_tokens": 500, "messages": asked()}
    with claude(system, key.text) as client:
        raw = client.messages.with_raw_response.create(**wanted)
        whole = raw.parse()
        with client.messages.stream(**wanted) as stream:
            said = "".join(stream.text_stream)
            final = stream.get_final_message()
            streamed = stream.response.headers["x-solvent-request-id"]
    (block,) = whole.content
    assert isinstance(block, TextBlock)
    assert (len(said.split()), block.text, final.stop_reason) == (30, said, "end_turn")
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert whole._request_id == raw.headers["x-solvent-request-id"] == raw.headers["request-id"]
    costs = {told(system, request_id, "anthropic-an")["cost_usd"] for request_id in (whole._request_id, streamed)}
    assert costs == {raw.headers["x-solvent-cost-usd"]}
    assert nano(system.gateway.settled(key, 2)["spent_usd"]) == 2 * nano(costs.pop())


def test_the_second_place_of_the_anthropic_api_is_the_same(system: System, key: Key) -> None:
    with claude(system, key.text, below="/anthropic") as client:
        answer = client.messages.create(model="claude-haiku-4-5", max_tokens=50, messages=asked())
        assert answer.stop_reason == "end_turn"
        assert "claude-haiku-4-5" in [item.id for item in client.models.list()]


@contextlib.asynccontextmanager
async def waiting() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, timeout=SHOWN_S) as client:
        yield client


@pytest.mark.anyio
async def test_openai_answers_without_blocking(system: System, key: Key) -> None:
    async with waiting() as shared:
        client = openai.AsyncOpenAI(base_url=f"{system.gateway.url}/v1", api_key=key.text, max_retries=0, http_client=shared)
        whole = await client.chat.completions.create(model="gpt-4o-mini", messages=asked())
        stream = await client.chat.completions.create(model="gpt-4o-mini", messages=asked(), stream=True)
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
        assert "".join(pieces) == whole.choices[0].message.content
        assert "gpt-4o-mini" in [item.id async for item in client.models.list()]
        with pytest.raises(openai.NotFoundError, match=OURS):
            await client.chat.completions.create(model="no-such-model", messages=asked())


@pytest.mark.anyio
async def test_anthropic_answers_without_blocking(system: System, key: Key) -> None:
    async with waiting() as shared:
        client = anthropic.AsyncAnthropic(base_url=system.gateway.url, api_key=key.text, max_retries=0, http_client=shared)
        whole = await client.messages.create(model="claude-haiku-4-5", max_tokens=500, messages=asked())
        async with client.messages.stream(model="claude-haiku-4-5", max_tokens=500, messages=asked()) as stream:
            said = "".join([text async for text in stream.text_stream])
        (block,) = whole.content
        assert isinstance(block, TextBlock)
        assert block.text == said
        with pytest.raises(anthropic.NotFoundError, match=OURS):
            await client.messages.create(model="no-such-model", max_tokens=5, messages=asked())


def test_openai_tools_are_called_and_their_results_taken(system: System, key: Key) -> None:
    tool: Any = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
    question = asked("call get_weather")
    with gpt(system, key.text) as client:
        (choice,) = client.chat.completions.create(model="gpt-4o-mini", messages=question, tools=[tool]).choices
        assert choice.finish_reason == "tool_calls"
        assert choice.message.tool_calls is not None
        (call,) = choice.message.tool_calls
        assert call.type == "function"
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "sandbox"})
        with client.chat.completions.stream(model="gpt-4o-mini", messages=question, tools=[tool]) as stream:
            streamed = stream.get_final_completion().choices[0].message.tool_calls
        assert streamed is not None
        assert streamed[0].function.arguments == call.function.arguments
        result = [*question, choice.message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
        last = client.chat.completions.create(model="gpt-4o-mini", messages=result, tools=[tool]).choices[0]
    assert (last.finish_reason, "the tool's result arrived" in (last.message.content or "")) == ("stop", True)


def test_anthropic_tools_are_called_and_their_results_taken(system: System, key: Key) -> None:
    wanted: Any = {"model": "claude-haiku-4-5", "max_tokens": 200, "tools": [{"name": "get_weather", "input_schema": SCHEMA}]}
    question = asked("call get_weather")
    with claude(system, key.text) as client:
        whole = client.messages.create(messages=question, **wanted)
        with client.messages.stream(messages=question, **wanted) as stream:
            final = stream.get_final_message()
        for message in (whole, final):
            (block,) = message.content
            assert isinstance(block, ToolUseBlock)
            assert (message.stop_reason, block.name, block.input) == ("tool_use", "get_weather", {"city": "sandbox"})
        used = whole.content[0]
        assert isinstance(used, ToolUseBlock)
        result = [{"type": "tool_result", "tool_use_id": used.id, "content": "sunny"}]
        messages: list[Any] = [*question, {"role": "assistant", "content": whole.content}, {"role": "user", "content": result}]
        last = client.messages.create(messages=messages, **wanted)
    (block,) = last.content
    assert isinstance(block, TextBlock)
    assert "the tool's result arrived" in block.text


def test_images_as_base64_are_taken_and_priced_by_a_prepaid_key(system: System, key: Key) -> None:
    for_gpt: Any = [
        {"type": "text", "text": WORDS},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    for_claude: Any = [
        {"type": "text", "text": WORDS},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
    ]
    with gpt(system, key.text) as client:
        whole = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": for_gpt}])
    with claude(system, key.text) as other:
        message = other.messages.create(model="claude-haiku-4-5", max_tokens=90, messages=[{"role": "user", "content": for_claude}])
    # The sandbox takes an image for 85 tokens, so both saw it.
    assert whole.usage is not None
    assert min(whole.usage.prompt_tokens, message.usage.input_tokens) > 85
    told(system, whole._request_id, "openai-oa")
    told(system, message._request_id, "anthropic-an")


def test_each_sdk_lists_the_models_of_its_dialect_that_the_key_may_ask_for(system: System, key: Key) -> None:
    few = system.gateway.key("few", models=["gpt-4o-*", "claude-haiku-*"])
    with gpt(system, key.text) as client, claude(system, key.text) as other:
        # Anthropic's accounts speak the OpenAI dialect, too, but not the other way round.
        assert {"gpt-4o-mini", "gpt-failover", "claude-haiku-4-5"} <= {item.id for item in client.models.list()}
        page = other.models.list()
        offered = {item.id for item in page}
        assert ("claude-haiku-4-5" in offered, "gpt-4o-mini" in offered, page.has_more) == (True, False, False)
    with gpt(system, few.text) as client, claude(system, few.text) as other:
        assert [item.id for item in client.models.list()] == ["gpt-4o-mini", "claude-haiku-4-5"]
        assert [item.id for item in other.models.list()] == ["claude-haiku-4-5"]


def test_a_model_under_another_name_is_asked_for_by_the_name_of_its_route(system: System, key: Key) -> None:
    with gpt(system, key.text) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-other-name", messages=asked())
    assert raw.headers["x-solvent-model"] == "gpt-4o-mini"
    assert system.gateway.request(raw.headers["x-solvent-request-id"])["model"] == "gpt-other-name"


# Failover.


def test_a_dry_account_is_met_once_and_its_failover_shows_in_a_header(system: System, key: Key) -> None:
    with gpt(system, key.text) as client:
        first, second = (client.chat.completions.with_raw_response.create(model="gpt-failover", messages=asked()) for _ in range(2))
    assert [raw.headers["x-solvent-attempts"] for raw in (first, second)] == ["2", "1"]
    assert {raw.headers["x-solvent-account"] for raw in (first, second)} == {"oa"}
    assert first.parse().choices[0].finish_reason == "stop"
    assert system.sandbox.account("openai-oa-dry1")["calls"] == 1
    dry, answered = system.gateway.request(first.headers["x-solvent-request-id"])["attempts"]
    assert (dry["account"], dry["status"], dry["category"], dry["wallet"]) == ("oa-dry1", 429, "credit_exhausted", "own_provider_account")
    assert (answered["account"], answered["status"], answered["category"]) == ("oa", 200, None)
    # Whoever knows only the upstream's id finds the request by it.
    assert system.gateway.request(dry["upstream_request_ids"][0])["id"] == first.headers["x-solvent-request-id"]


def test_whose_account_answered_is_told_only_to_keys_that_may_know(system: System) -> None:
    plain = system.gateway.key("plain")
    with gpt(system, plain.text) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=asked())
    assert "x-solvent-account" not in raw.headers
    assert [name for name, value in raw.headers.items() if value == "oa" or "127.0.0.1" in value] == []


def test_two_dry_wallets_of_different_owners_are_passed_over_in_a_stream_that_the_sdk_reads_to_its_end(system: System, key: Key) -> None:
    with claude(system, key.text) as client:
        with client.messages.stream(model="claude-failover", max_tokens=500, messages=asked()) as stream:
            final = stream.get_final_message()
            headers = stream.response.headers
        again = client.messages.with_raw_response.create(model="claude-failover", max_tokens=50, messages=asked())
    assert (final.stop_reason, headers["x-solvent-attempts"], headers["x-solvent-account"]) == ("end_turn", "3", "an")
    assert again.headers["x-solvent-attempts"] == "1"
    attempts = system.gateway.request(headers["x-solvent-request-id"])["attempts"]
    assert [(one["account"], one["status"], one["wallet"]) for one in attempts[:2]] == [
        ("an-dry1", 400, "own_provider_account"),
        ("club", 500, "relay_upstream"),
    ]
    assert until(lambda: closed(system, "an-dry1")) == ["account"]
    assert until(lambda: closed(system, "club")) == ["vendor:anthropic"]


def closed(system: System, account: str) -> list[str]:
    """What of an account is closed."""
    (state,) = [state for state in system.gateway.get("/api/accounts")["items"] if state["name"] == account]
    return [one["scope"] for one in state["closed"]]


@pytest.mark.parametrize("stream", [False, True])
def test_a_text_stands_in_where_the_operator_wrote_one(system: System, key: Key, stream: bool) -> None:  # noqa: FBT001 - a table's column
    with gpt(system, key.text) as client, claude(system, key.text) as other:
        if stream:
            chunks = list(client.chat.completions.create(model="gpt-standing-in", messages=asked(), stream=True))
            said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            with other.messages.stream(model="claude-standing-in", max_tokens=9, messages=asked()) as events:
                also = "".join(events.text_stream)
        else:
            said = client.chat.completions.create(model="gpt-standing-in", messages=asked()).choices[0].message.content or ""
            (block,) = other.messages.create(model="claude-standing-in", max_tokens=9, messages=asked()).content
            also = block.text if isinstance(block, TextBlock) else ""
    assert (said, also) == ("Back soon.", "Back soon.")
    assert system.gateway.settled(key, 2)["spent_usd"] == "0.00"


# Errors, as the SDKs' own exceptions.


def test_a_key_that_nobody_has_is_an_authentication_error(system: System) -> None:
    wrong = "sk-slv-nobodyhasthis"
    with gpt(system, wrong) as client, claude(system, wrong) as other:
        with pytest.raises(openai.AuthenticationError, match=OURS) as caught:
            client.chat.completions.create(model="gpt-4o-mini", messages=asked())
        with pytest.raises(anthropic.AuthenticationError, match=OURS) as also:
            other.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=asked())
        with pytest.raises(openai.AuthenticationError, match=OURS):
            client.models.list()
    assert caught.value.code == "auth_invalid"
    assert also.value.type == "authentication_error"
    for error in (caught.value, also.value):
        assert wrong not in str(error)
        assert error.response.headers["x-solvent-verdict"] == "auth_invalid"


def test_a_revoked_key_is_refused_as_soon_as_the_admin_is_answered(system: System) -> None:
    gone = system.gateway.key("gone")
    with gpt(system, gone.text) as client:
        assert client.chat.completions.create(model="gpt-4o-mini", messages=asked()).choices
        assert system.gateway.admin.delete(f"/api/keys/{gone.id}").status_code == 200
        with pytest.raises(openai.AuthenticationError, match="revoked"):
            client.chat.completions.create(model="gpt-4o-mini", messages=asked())


def test_a_model_that_the_key_may_not_ask_for_is_a_permission_error(system: System) -> None:
    few = system.gateway.key("few", models=["gpt-4o-mini"])
    with gpt(system, few.text) as client, claude(system, few.text) as other:
        with pytest.raises(openai.PermissionDeniedError, match=r"only for gpt-4o-mini"):
            client.chat.completions.create(model="gpt-failover", messages=asked())
        with pytest.raises(anthropic.PermissionDeniedError, match=r"only for gpt-4o-mini"):
            other.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=asked())


def test_a_request_that_cannot_be_read_is_a_bad_request_that_names_the_field(system: System, key: Key) -> None:
    with gpt(system, key.text) as client, claude(system, key.text) as other:
        with pytest.raises(openai.BadRequestError, match=r"`max_tokens`.*" + OURS) as caught:
            client.chat.completions.create(model="gpt-4o-mini", messages=asked(), max_tokens=-1)
        with pytest.raises(anthropic.BadRequestError, match=r"`messages` is empty.*" + OURS):
            other.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=[])
    assert (caught.value.param, caught.value.response.headers["x-solvent-verdict"]) == ("max_tokens", "invalid_request")


def test_what_a_providers_refusal_says_of_the_request_reaches_the_caller(system: System, key: Key) -> None:
    system.sandbox.faults("openai-oa-slow-down", "echo*1")
    with gpt(system, key.text) as client, pytest.raises(openai.BadRequestError, match=r"The provider says: .*" + OURS):
        client.chat.completions.create(model="gpt-slow-down", messages=asked("tell me"))


def test_what_a_key_cannot_pay_for_is_a_402_with_what_it_can(system: System) -> None:
    poor = system.gateway.key("poor", balance="0.001")
    sent: list[str] = []
    with gpt(system, poor.text, retries=2, sent=sent) as client, claude(system, poor.text, retries=2, sent=sent) as other:
        with pytest.raises(
            openai.APIStatusError, match=r"may cost up to 0\.0\d+ USD, but the balance of this key covers only 0\.001 USD"
        ) as caught:
            client.chat.completions.create(model="gpt-4o-mini", messages=asked(), max_tokens=16_000)
        with pytest.raises(anthropic.APIStatusError, match=r"covers only 0\.001 USD; lower `max_tokens`") as also:
            other.messages.create(model="claude-haiku-4-5", max_tokens=1_000, messages=asked())
        assert [error.value.status_code for error in (caught, also)] == [402, 402]
        assert len(sent) == 2
        # Lowering it, as the words say, helps.
        assert client.chat.completions.create(model="gpt-4o-mini", messages=asked(), max_tokens=50).choices
    assert caught.value.response.headers["x-solvent-verdict"] == "credit_exhausted"
    assert [done["status"] for done in system.gateway.of_key(poor, 3)] == [200, 402, 402]
    assert 0 < nano(system.gateway.settled(poor, 3)["balance_usd"]) < nano("0.001")


def test_a_spent_budget_is_a_402_of_its_own(system: System) -> None:
    limited = system.gateway.key("limited", balance=None, budgets=[{"window": "day", "usd": "0.0001"}])
    with (
        gpt(system, limited.text, retries=2) as client,
        pytest.raises(openai.APIStatusError, match="the daily budget of this key covers only") as caught,
    ):
        client.chat.completions.create(model="gpt-4o-mini", messages=asked(), max_tokens=1_000)
    assert (caught.value.status_code, caught.value.response.headers["x-solvent-verdict"]) == (402, "budget_limit")


def test_money_that_only_a_request_in_flight_holds_is_waited_for_and_then_a_402_that_may_pass(system: System) -> None:
    system.sandbox.faults("openai-oa-stall", "stall=6*1")
    shared = system.gateway.key("shared", balance="0.002")
    wanted: Any = {"model": "gpt-4o-mini", "messages": asked(), "max_tokens": 2_000}
    with gpt(system, shared.text) as client:
        stream = client.chat.completions.create(model="gpt-stall", messages=asked(LONG), max_tokens=2_000, stream=True)
        assert next(iter(stream)).choices
        with pytest.raises(openai.APIStatusError, match="held by 1 request in flight") as caught:
            client.chat.completions.create(**wanted)
        assert (caught.value.status_code, "x-should-retry" in caught.value.response.headers) == (402, False)
        assert int(caught.value.response.headers["retry-after"]) >= 1
        stream.close()
        system.gateway.settled(shared, 2)
        assert client.chat.completions.create(**wanted).choices


def test_a_hopeless_error_is_not_tried_again_by_the_sdks(system: System, key: Key) -> None:
    sent: list[str] = []
    with gpt(system, key.text, retries=2, sent=sent) as client, claude(system, key.text, retries=2, sent=sent) as other:
        with pytest.raises(
            openai.InternalServerError, match="the operator of this gateway must act; topping up your key does not help"
        ) as caught:
            client.chat.completions.create(model="gpt-all-dry", messages=asked())
        assert len(sent) == 1
        with pytest.raises(anthropic.InternalServerError, match="the operator of this gateway must act") as also:
            other.messages.create(model="claude-all-dry", max_tokens=9, messages=asked())
        assert len(sent) == 2
    for error in (caught.value, also.value):
        headers = error.response.headers
        assert (error.status_code, headers["x-should-retry"], headers["x-solvent-verdict"]) == (503, "false", "no_channel")
        assert "retry-after" not in headers
        # Nothing of the operator's: neither whose account, nor at whom, nor what it said.
        assert not [word for word in ("oa-dry2", "an-dry2", "127.0.0.1", "credit balance", "quota") if word in error.message]
    assert system.gateway.settled(key, 2)["spent_usd"] == "0.00"


def test_a_failure_that_may_pass_is_tried_again_by_the_sdk(system: System, key: Key) -> None:
    system.sandbox.faults("openai-oa-broken", "server-error*1")
    sent: list[str] = []
    with gpt(system, key.text, retries=1, sent=sent) as client:
        assert client.chat.completions.create(model="gpt-broken", messages=asked()).choices[0].finish_reason == "stop"
    assert len(sent) == 2
    assert [done["status"] for done in system.gateway.of_key(key, 2)] == [200, 502]


def test_an_overloaded_provider_is_the_sdks_overloaded_error(system: System, key: Key) -> None:
    system.sandbox.faults("anthropic-an-busy", "overloaded")
    with claude(system, key.text) as client, pytest.raises(anthropic.OverloadedError, match=OURS) as caught:
        client.messages.create(model="claude-busy", max_tokens=9, messages=asked())
    assert caught.value.status_code == 529
    assert int(caught.value.response.headers["retry-after"]) >= 1


def test_a_rate_limited_provider_and_a_rate_limited_key_are_the_sdks_rate_limit_error(system: System, key: Key) -> None:
    system.sandbox.faults("openai-oa-slow-down", "rate-limit=7*1")
    slow = system.gateway.key("slow", rpm=1)
    with gpt(system, key.text) as client, pytest.raises(openai.RateLimitError, match="rate limited") as caught:
        client.chat.completions.create(model="gpt-slow-down", messages=asked())
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 7
    with gpt(system, slow.text) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=asked())
        with pytest.raises(openai.RateLimitError, match="This key may send 1 request a minute") as caught:
            client.chat.completions.create(model="gpt-4o-mini", messages=asked())
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60


# Streams that do not come to their end.


@pytest.mark.parametrize("fault", ["cut=6", "error-after=6"])
def test_a_stream_that_breaks_raises_in_openais_sdk_and_never_looks_whole(system: System, key: Key, fault: str) -> None:
    system.sandbox.faults("openai-oa-cut", fault)
    chunks: list[Any] = []
    with gpt(system, key.text) as client:
        stream = client.chat.completions.create(model="gpt-cut", messages=asked(LONG), stream=True)
        with pytest.raises(openai.APIError, match="The answer breaks off here and is incomplete.*" + OURS):
            chunks.extend(stream)  # keeps what came before the error
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert {chunk.choices[0].finish_reason for chunk in chunks} == {None}
    done = system.gateway.of_key(key)[0]
    assert (done["attempts"][0]["outcome"], done["cost_source"]) == ("usage", "estimated")
    assert 0 < nano(done["cost_usd"]) < 10 * nano(call_of(system, done, "openai-oa-cut")["cost_usd"])
    assert system.gateway.settled(key)["spent_usd"] == done["cost_usd"]


@pytest.mark.parametrize("fault", ["cut=6", "error-after=6"])
def test_a_stream_that_breaks_raises_in_anthropics_sdk_and_never_looks_whole(system: System, key: Key, fault: str) -> None:
    system.sandbox.faults("anthropic-an-cut", fault)
    seen: list[str] = []
    with claude(system, key.text) as client, client.messages.stream(model="claude-cut", max_tokens=5_000, messages=asked(LONG)) as stream:
        with pytest.raises(anthropic.APIStatusError, match="The answer breaks off here and is incomplete.*" + OURS):
            seen.extend(event.type for event in stream)
        assert stream.current_message_snapshot.stop_reason is None
    assert "text" in seen
    assert not {"message_stop", "content_block_stop", "message_delta"} & set(seen)
    done = system.gateway.of_key(key)[0]
    assert (done["attempts"][0]["outcome"], done["cost_source"]) == ("usage", "estimated")
    assert system.gateway.settled(key)["spent_usd"] == done["cost_usd"] != "0.00"


def test_a_client_that_leaves_a_stream_stops_openais_upstream_and_pays_for_what_it_got(system: System, key: Key) -> None:
    # The upstream falls silent and keeps the connection: it could never come to its end by itself.
    system.sandbox.faults("openai-oa-stall", "stall=6")
    with gpt(system, key.text) as client:
        stream = client.chat.completions.create(model="gpt-stall", messages=asked(LONG), stream=True)
        assert [next(iter(stream)) for _ in range(4)][-1].choices[0].delta.content
        assert system.sandbox.account("openai-oa-stall")["open"] == 1
        stream.close()
    left(system, key, "openai-oa-stall")


def test_a_client_that_leaves_a_stream_stops_anthropics_upstream_and_pays_for_what_it_got(system: System, key: Key) -> None:
    system.sandbox.faults("anthropic-an-stall", "stall=6")
    with claude(system, key.text) as client, client.messages.stream(model="claude-stall", max_tokens=5_000, messages=asked(LONG)) as stream:
        assert next(stream.text_stream)
        assert system.sandbox.account("anthropic-an-stall")["open"] == 1
    left(system, key, "anthropic-an-stall")


def left(system: System, key: Key, account: str) -> None:
    """The upstream was stopped, and the hold is settled with a part of what the whole answer would have cost."""
    call = until(lambda: next((call for call in system.sandbox.calls(account)[-1:] if call["outcome"] == "left"), None)) or {}
    done = system.gateway.of_key(key)[0]
    assert done["attempts"][0]["upstream_request_ids"] == [call["request_id"]]
    assert 0 < done["tokens"]["output_tokens"] < 100
    assert system.gateway.settled(key)["spent_usd"] == done["cost_usd"] != "0.00"


# Claude Code.

TOOL_NAMES = ("Task", "Bash", "Glob", "Grep", "Read", "Edit", "Write", "NotebookEdit", "WebFetch", "TodoWrite", "WebSearch", "KillShell")
CLAUDE_CODE = {
    "model": "claude-sonnet-4-5-20250929",
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "<system-reminder>\nThis is a reminder that your todo list is empty.\n</system-reminder>\n"},
                {"type": "text", "text": "use the Bash tool to list the files", "cache_control": {"type": "ephemeral"}},
            ],
        }
    ],
    "temperature": 1,
    "system": [
        {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "You are an interactive CLI tool. " * 300, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ],
    "tools": [
        {
            "name": name,
            "description": f"What {name} does. " * 40,
            "input_schema": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object",
                "properties": {"command": {"type": "string", "description": "The command"}, "timeout": {"type": "number"}},
                "required": ["command"],
                "additionalProperties": False,
            },
        }
        for name in TOOL_NAMES
    ],
    "metadata": {"user_id": "user_0a1b2c_account_8f14e45f-ceea-467f-9d1c-1f2a3b4c5d6e_session_c9f0f895-fb98-4a91-b1a2-3c4d5e6f7a8b"},
    "max_tokens": 32_000,
    "thinking": {"budget_tokens": 31_999, "type": "enabled"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "stream": True,
}
BETAS = "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05"
CLAUDE_CODE_HEADERS = {
    "accept": "application/json",
    "anthropic-beta": BETAS,
    "anthropic-dangerous-direct-browser-access": "true",
    "anthropic-version": "2023-06-01",
    "user-agent": "claude-cli/2.0.37 (external, cli)",
    "x-app": "cli",
    "x-stainless-helper-method": "stream",
    "x-stainless-lang": "js",
    "x-stainless-retry-count": "0",
    "x-stainless-timeout": "600",
    "accept-encoding": "gzip, deflate, br, zstd",
}
CLAUDE_CODE_EVENTS = b"".join(
    f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n".encode()
    for event in (
        {
            "type": "message_start",
            "message": {
                "id": "msg_01",
                "type": "message",
                "role": "assistant",
                "model": "claude-played",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 10, "cache_creation_input_tokens": 4_000, "cache_read_input_tokens": 9_000, "output_tokens": 1},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Let me look."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "EqQBCgIYAhIM"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_01", "name": "Bash", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"command": "ls'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '"}'}},
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 4_000, "cache_read_input_tokens": 9_000, "output_tokens": 70},
        },
        {"type": "message_stop"},
    )
)
CLAUDE_CODE_ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nrequest-id: req_011C0123456789abcdefghij\r\n"
    b"content-length: %d\r\n\r\n" % len(CLAUDE_CODE_EVENTS) + CLAUDE_CODE_EVENTS
)


@pytest.mark.parametrize("path", ["/v1/messages?beta=true", "/anthropic/v1/messages?beta=true"])
@pytest.mark.parametrize("named", ["authorization", "x-api-key"])
def test_claude_code_is_answered_and_its_tool_is_called(system: System, key: Key, path: str, named: str) -> None:
    headers = CLAUDE_CODE_HEADERS | {named: f"Bearer {key.text}" if named == "authorization" else key.text}
    with http(system.gateway.url) as client:
        # What it asks first, to see whether anybody is there.
        assert client.head("/").status_code == 200
        answer = client.post(path, json=CLAUDE_CODE, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    started = next(event["content_block"] for event in events if event["type"] == "content_block_start")
    assert (started["type"], started["name"]) == ("tool_use", "Bash")
    assert next(event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta") == "tool_use"
    assert events[-1] == {"type": "message_stop"}
    told(system, answer.headers["x-solvent-request-id"], "anthropic-an")


def test_claude_codes_bytes_pass_through_both_ways_and_its_key_stays_here(system: System, key: Key) -> None:
    body = json.dumps(CLAUDE_CODE | {"model": "claude-played"}, indent=1).encode()
    headers = CLAUDE_CODE_HEADERS | {"authorization": f"Bearer {key.text}", "content-type": "application/json"}
    with http(system.gateway.url) as client:
        answer = client.post("/v1/messages?beta=true", content=body, headers=headers)
    done = system.gateway.request(answer.headers["x-solvent-request-id"])
    # Only what it cost is added, to the event that tells the usage.
    cost = f'"x-solvent-cost-usd":"{done["cost_usd"]}",'.encode()
    assert answer.content.count(cost) == 1
    assert answer.content.replace(cost, b"") == CLAUDE_CODE_EVENTS
    sent = system.upstream.sent[-1]
    assert sent.body == body
    assert sent.line.startswith("POST /claude-code/v1/messages")
    passed = {name: sent.headers.get(name) for name in ("anthropic-beta", "anthropic-version", "user-agent", "x-api-key", "authorization")}
    assert passed == {
        "anthropic-beta": BETAS,
        "anthropic-version": "2023-06-01",
        "user-agent": "claude-cli/2.0.37 (external, cli)",
        "x-api-key": "sk-of-the-account",
        "authorization": None,
    }
    assert key.text not in str(sent)
    assert done["tokens"] == {"cache_read_tokens": 9_000, "cache_write_tokens": 4_000, "input_tokens": 10, "output_tokens": 70}
    assert done["attempts"][0]["upstream_request_ids"] == ["req_011C0123456789abcdefghij"]
    # The price states no rates for the cache: read as input, written at a quarter more.
    assert nano(done["cost_usd"]) == 10 * 3_000 + 9_000 * 3_000 + 4_000 * 3_750 + 70 * 15_000
