"""The simulated provider as a process of its own, spoken to by the vendors' own SDKs."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import ToolUseBlock

from tests.program import environment, first_line

PROGRAM = "from solvent.cli.sandbox import command; command()"
WORDS = "write 30 words"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--listen", "127.0.0.1:0"],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        line = first_line(process)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line), line
        yield line, process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("sandbox")) as (line, _):
        yield line


@contextlib.contextmanager
def gpt(address: str, key: str) -> Iterator[openai.OpenAI]:
    # A proxy of the environment must not stand between the test and its own machine.
    with httpx2.Client(trust_env=False, timeout=30) as http:
        yield openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, http_client=http)


@contextlib.contextmanager
def claude(address: str, key: str) -> Iterator[anthropic.Anthropic]:
    with httpx2.Client(trust_env=False, timeout=30) as http:
        yield anthropic.Anthropic(base_url=address, api_key=key, max_retries=0, http_client=http)


def account(address: str, name: str) -> dict[str, Any]:
    with httpx2.Client(trust_env=False, timeout=30) as http:
        shown: dict[str, Any] = http.get(f"{address}/_sandbox/accounts/{name}").json()
    return shown


def test_openai_json_and_stream_say_the_same_and_are_priced(address: str) -> None:
    with gpt(address, "sk-sandbox-openai-both-1.00") as client:
        whole = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": WORDS}])
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": WORDS}], stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
    said = whole.choices[0].message.content
    assert said is not None
    assert len(said.split()) == 30
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == said
    assert chunks[-1].usage == whole.usage is not None
    cost = 2 * (whole.usage.prompt_tokens * 150 + whole.usage.completion_tokens * 600)
    shown = account(address, "openai-both")
    assert (shown["calls"], shown["answered"], shown["spent_nano_usd"]) == (2, 2, cost)
    assert shown["balance_nano_usd"] == 1_000_000_000 - cost


def test_anthropic_json_and_stream_say_the_same_and_are_priced(address: str) -> None:
    with claude(address, "sk-sandbox-anthropic-both-1.00") as client:
        whole = client.messages.create(model="claude-haiku-4-5", max_tokens=500, messages=[{"role": "user", "content": WORDS}])
        with client.messages.stream(model="claude-haiku-4-5", max_tokens=500, messages=[{"role": "user", "content": WORDS}]) as stream:
            final = stream.get_final_message()
        counted = client.messages.count_tokens(model="claude-haiku-4-5", messages=[{"role": "user", "content": WORDS}])
    assert [block.to_dict() for block in final.content] == [block.to_dict() for block in whole.content]
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert counted.input_tokens == whole.usage.input_tokens
    cost = 2 * (whole.usage.input_tokens * 1000 + whole.usage.output_tokens * 5000)
    assert account(address, "anthropic-both")["spent_nano_usd"] == cost


def test_openai_tools_are_called_and_answered(address: str) -> None:
    tool: Any = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
    asked: list[Any] = [{"role": "user", "content": "call get_weather"}]
    with gpt(address, "sk-sandbox-openai-tools-1.00") as client:
        (choice,) = client.chat.completions.create(model="gpt-4o", messages=asked, tools=[tool]).choices
        assert choice.finish_reason == "tool_calls"
        assert choice.message.tool_calls is not None
        (call,) = choice.message.tool_calls
        assert call.type == "function"
        assert (call.function.name, call.function.arguments) == ("get_weather", '{"city":"sandbox"}')
        with client.chat.completions.stream(model="gpt-4o", messages=asked, tools=[tool]) as stream:
            streamed = stream.get_final_completion().choices[0].message.tool_calls
        assert streamed is not None
        assert streamed[0].function.arguments == '{"city":"sandbox"}'
        answered = [*asked, choice.message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
        assert client.chat.completions.create(model="gpt-4o", messages=answered, tools=[tool]).choices[0].finish_reason == "stop"


def test_anthropic_tools_are_called(address: str) -> None:
    tool: Any = {"name": "get_weather", "input_schema": SCHEMA}
    asked: list[Any] = [{"role": "user", "content": "call get_weather"}]
    with claude(address, "sk-sandbox-anthropic-tools-1.00") as client:
        whole = client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=asked, tools=[tool])
        with client.messages.stream(model="claude-sonnet-4-6", max_tokens=100, messages=asked, tools=[tool]) as stream:
            final = stream.get_final_message()
    for message in (whole, final):
        (block,) = message.content
        assert isinstance(block, ToolUseBlock)
        assert (message.stop_reason, block.name, block.input) == ("tool_use", "get_weather", {"city": "sandbox"})


def test_a_dry_openai_account_is_the_sdks_rate_limit_error(address: str) -> None:
    with gpt(address, "sk-sandbox-openai-dry-0") as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hello"}])
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    assert (caught.value.request_id or "").startswith("req_")


def test_a_dry_anthropic_account_is_the_sdks_bad_request(address: str) -> None:
    with (
        claude(address, "sk-sandbox-anthropic-dry-0") as client,
        pytest.raises(anthropic.BadRequestError, match="credit balance is too low") as caught,
    ):
        client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=[{"role": "user", "content": "hello"}])
    assert (caught.value.request_id or "").startswith("req_011C")


def test_a_relay_whose_channel_is_dry_is_the_sdks_server_error(address: str) -> None:
    key = "sk-sandbox-new-api-club-5.00+anthropic-0"
    with (
        claude(address, key) as client,
        pytest.raises(anthropic.InternalServerError, match=r"<nil>.*credit balance is too low.*request id: "),
    ):
        client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=[{"role": "user", "content": "hello"}])


def test_an_account_that_runs_dry_stops_answering(address: str) -> None:
    shown: dict[str, Any] = {"answered": 0, "balance_nano_usd": 1}
    with claude(address, "sk-sandbox-anthropic-low-0.0002") as client:

        def ask() -> None:
            client.messages.create(model="claude-haiku-4-5", max_tokens=50, messages=[{"role": "user", "content": "hello"}])

        while shown["balance_nano_usd"] > 0 and shown["answered"] < 9:
            ask()
            shown = account(address, "anthropic-low")
        with pytest.raises(anthropic.BadRequestError, match="credit balance"):
            ask()
    assert 1 < shown["answered"] < 9


def test_faults_show_in_the_sdks_as_what_they_are(address: str) -> None:
    asked: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": WORDS}]}
    with gpt(address, "sk-sandbox-openai-faults-1.00") as client:

        def fault(text: str, **more: Any) -> Any:
            return client.chat.completions.create(**asked, **more, extra_headers={"x-sandbox-fault": text})

        assert fault("gzip").choices[0].finish_reason == "stop"
        assert "".join(chunk.choices[0].delta.content or "" for chunk in fault("gzip, drip=1", stream=True)).startswith("every coin")
        with pytest.raises(openai.RateLimitError) as limited:
            fault("rate-limit=7")
        assert limited.value.response.headers["retry-after"] == "7"
        for text, more, error in (
            ("server-error", {}, openai.InternalServerError),
            ("truncate", {}, openai.APIConnectionError),
            ("garbage", {}, openai.APIConnectionError),
            ("hang", {"timeout": 0.2}, openai.APITimeoutError),
        ):
            with pytest.raises(error):
                fault(text, **more)
        with pytest.raises(openai.APIConnectionError):
            list(fault("cut=5", stream=True))
        with pytest.raises(openai.APIError, match="The server had an error"):
            list(fault("error-after=5", stream=True))
        assert fault("close").choices[0].finish_reason == "stop"
        assert fault("latency=1").choices[0].finish_reason == "stop"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_whatever_hangs(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as (address, process), gpt(address, "sk-sandbox-openai-end-1.00") as client:
        stream = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": WORDS}], stream=True, extra_headers={"x-sandbox-fault": "stall=3"}
        )
        assert next(iter(stream)).choices
        process.send_signal(number)
        assert process.wait(2) == 0
        with pytest.raises(openai.APIConnectionError):
            list(stream)
        stream.close()
