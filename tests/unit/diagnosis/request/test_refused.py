"""Sentences as vendors write them, with what must be cut out of each. Ids are made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis import engine
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.judge import judge
from solvent.diagnosis.paste import normalise
from solvent.diagnosis.request import refused, sentences
from solvent.diagnosis.request.rewriting import Hops
from solvent.model.verdict import Category, RequestFault

HOPS = Hops(Chain({}, None, (), (), (), (), ()), {}, "en")


def fault(text: str, category: Category = Category.INVALID_REQUEST) -> RequestFault:
    found = refused.of(normalise.flatten(text), 0, category, HOPS)
    assert found is not None
    return found


def bound(found: RequestFault) -> tuple[Any, ...]:
    assert found.limit is not None
    return (found.limit.name, found.limit.min, found.limit.max, found.limit.got, found.limit.unit)


FIELDS: list[tuple[str, str | None, str | None, tuple[str, ...]]] = [
    # OpenAI
    (
        "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.\", 'type': 'invalid_request_error', 'param': 'input[1].content[0]'",
        "input[1].content[0]",
        "input_text",
        ("output_text", "refusal"),
    ),
    (
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
        "temperature",
        "0.7",
        ("1",),
    ),
    (
        "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'.",
        "reasoning_effort",
        "minimal",
        ("low", "medium", "high"),
    ),
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
        None,
        ("max_completion_tokens",),
    ),
    ("Unknown parameter: 'messages[0].cache_control'.", "messages[0].cache_control", None, ()),
    ("Missing required parameter: 'tools[2].function.name'.", "tools[2].function.name", None, ()),
    ("Unrecognized request argument supplied: enable_thinking", "enable_thinking", None, ()),
    (
        "Invalid type for 'messages[2].content': expected one of a string or array of objects, but got null instead.",
        "messages[2].content",
        "null",
        ("a string or array of objects",),
    ),
    (
        "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
        "tools[0].function.name",
        None,
        ("^[a-zA-Z0-9_-]+$",),
    ),
    (
        "Invalid 'input[4].id': 'call_Example1'. Expected an ID that begins with 'fc'.",
        "input[4].id",
        "call_Example1",
        ("Expected an ID that begins with 'fc'",),
    ),
    ("Invalid schema for function 'lookup': In context=(), 'additionalProperties' is required", "function 'lookup'", None, ()),
    # Anthropic
    (
        '"message":"messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is on"}}',
        "messages.1.content.0.type",
        "tool_use",
        ("thinking", "redacted_thinking"),
    ),
    (
        "tools.0: Input tag 'function' found using 'type' does not match any of the expected tags: 'bash_20250124', 'custom'",
        "tools.0",
        "function",
        ("bash_20250124", "custom"),
    ),
    ('"message":"context_management: Extra inputs are not permitted"', "context_management", None, ()),
    ('"message":"tools.3.custom.input_examples: Extra inputs are not permitted"', "tools.3.custom.input_examples", None, ()),
    ('"message":"max_tokens: Field required"', "max_tokens", None, ()),
    (
        "messages.2.role: Input should be 'user' or 'assistant'",
        "messages.2.role",
        None,
        ("user", "assistant"),
    ),
    (
        "tools.3.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        "tools.3.custom.name",
        None,
        ("^[a-zA-Z0-9_-]{1,128}$",),
    ),
    (
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation",
        "max_tokens",
        None,
        ("greater than `thinking.budget_tokens`",),
    ),
    (
        "400 Messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
        "Messages",
        "tool",
        ("a preceding message with 'tool_calls'",),
    ),
    ("`temperature` and `top_p` cannot both be specified for this model. Please use only one.", "temperature", None, ()),
    ("Unexpected value(s) `nope-2027-01-01` for the `anthropic-beta` header.", "anthropic-beta", "nope-2027-01-01", ()),
    (
        "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
        None,
        "xhigh",
        ("high", "low", "max", "medium"),
    ),
    # Google
    (
        "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[3].parameters': Cannot find field.",
        "tools[0].function_declarations[3].parameters",
        "additionalProperties",
        (),
    ),
    (
        '"details":[{"fieldViolations":[{"field":"generation_config.thinking_config","description":"Invalid value"}]}]',
        "generation_config.thinking_config",
        None,
        (),
    ),
    (
        "Invalid value at 'contents[0].parts[1].inline_data.data' (TYPE_BYTES), Base64 decoding failed for \"gs://a/b.jpg\"",
        "contents[0].parts[1].inline_data.data",
        "gs://a/b.jpg",
        ("TYPE_BYTES",),
    ),
    ("* GenerateContentRequest.contents: contents is not specified", "GenerateContentRequest.contents", None, ()),
    # pydantic in other servers
    (
        '{"detail":[{"type":"literal_error","loc":["body","messages",0,"role"],"msg":"Input should be \'system\', \'user\' or \'tool\'","input":"developer"}]}',
        '["body","messages",0,"role"]',
        "developer",
        ("system", "user", "tool"),
    ),
    (
        "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 800}]",
        "('body', 'max_completion_tokens')",
        "800",
        (),
    ),
    (
        "1 validation error for ChatCompletionRequest\nmessages.0.content\n  Input should be a valid string [type=string_type, input_value=['a'], input_type=list]",
        "messages.0.content",
        "['a']",
        ("a valid string",),
    ),
    ("Validation error: body -> messages -> 0 -> content: field required", "body -> messages -> 0 -> content", None, ()),
    # Bedrock
    (
        "Malformed input request: #/messages/0/content/0: extraneous key [type] is not permitted, please reformat your input and try again.",
        "messages/0/content/0",
        "type",
        (),
    ),
    ("Malformed input request: #: extraneous key [top_p] is not permitted", "top_p", None, ()),
    ("#/stopSequences: expected type: JSONArray, found: String, please reformat", "stopSequences", "String", ("JSONArray",)),
    (
        "Expected toolResult blocks at messages.4.content for the following Ids: tooluse_Example",
        "messages.4.content",
        None,
        ("toolResult blocks",),
    ),
    # Rust servers such as DeepSeek's
    (
        "Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 812",
        "messages[1]",
        "image_url",
        ("text",),
    ),
    (
        "tools[0].type: unknown variant `web_search`, expected one of `function`, `code` at line 1",
        "tools[0].type",
        "web_search",
        ("function", "code"),
    ),
    ("Failed to deserialize request body at `messages[29].content`: data did not match any variant", "messages[29].content", None, ()),
    ("missing field `messages` at line 1 column 2", "messages", None, ()),
    ('max_tokens: invalid type: string "8", expected u32 at line 1', "max_tokens", 'string "8"', ("u32",)),
    # Groq, Mistral, xAI, Moonshot, MiniMax, GitHub
    (
        "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning' is unsupported)]",
        "messages.2",
        "reasoning",
        (),
    ),
    ("`reasoning_effort` must be one of `none` or `default`", "reasoning_effort", None, ("none", "default")),
    ("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant", None, "assistant", ("User", "Tool")),
    ("Model grok-9 does not support parameter presencePenalty.", "presencePenalty", None, ()),
    ("invalid temperature: only 1 is allowed for this model", "temperature", None, ("1",)),
    ("invalid params, chat content has invalid message role: system (2013)", "role", "system", ()),
    (
        "Invalid reasoning_effort specified: 'low'. Supported values include: ['high', 'medium'].",
        "reasoning_effort",
        "low",
        ("high", "medium"),
    ),
    ('level "xhigh" not supported, valid levels: low, medium, high', None, "xhigh", ("low", "medium", "high")),
    ("Unrecognized file format. Supported formats: ['flac', 'm4a', 'mp3']", None, None, ("flac", "m4a", "mp3")),
    ("'messages.0' : discriminator property 'role' has invalid value", "messages.0", "role", ()),
    ("Input validation error: `temperature` must be strictly positive", "temperature", None, ("strictly positive",)),
    ("The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks", "messages.2.content", None, ()),
    ("Budget 0 is invalid. This model only works in thinking mode.", "Budget", "0", ()),
    (
        "json: cannot unmarshal string into Go struct field GeneralOpenAIRequest.max_tokens of type uint",
        "GeneralOpenAIRequest.max_tokens",
        "string",
        ("uint",),
    ),
    ("contents is required (request id: 20260126100910722614337HsQybcmN)", "contents", None, ()),
    (
        "2 request validation errors: - Input should be 'function' or 'code_interpreter', field: 'tools[8].type', value: 'web_search_20250305'",
        "tools[8].type",
        "web_search_20250305",
        ("function", "code_interpreter"),
    ),
    ("This model doesn't support the toolConfig.toolChoice.any field. Remove it and try again", "toolConfig.toolChoice.any", None, ()),
    (
        "Thinking can't be disabled for this model. Remove 'thinking_config.thinking_budget' from your request and try again.",
        "thinking_config.thinking_budget",
        None,
        (),
    ),
    ("The thinking budget (52428) is invalid.", "thinking budget", "52428", ()),
    (
        'must be followed by tool messages. The following tool_call_ids did not have response messages: message[15].role"',
        "message[15].role",
        None,
        (),
    ),
    (
        '{"code":"invalid_type","path":["input",1,"content"],"message":"Invalid input: expected array, received null"}',
        '["input",1,"content"]',
        "null",
        ("array",),
    ),
    # Volcengine, Zhipu and other Chinese servers
    (
        'The parameter `max_tokens` specified in the request are not valid: expected an integer, but got `"1000"` instead.',
        "max_tokens",
        "1000",
        ("expected an integer",),
    ),
    ("max_tokens and max_completion_tokens cannot be set at the same time.", "max_tokens", None, ()),
    ('{"error":{"code":"1214","message":"messages 参数非法。请检查文档"}}', "messages", None, ()),
    ("参数 top_p 取值范围为(0,1)", "top_p", None, ()),
    ("参数`response_format`不支持该模型", "response_format", None, ()),
]


@pytest.mark.parametrize(("text", "field", "sent", "allowed"), FIELDS, ids=[row[0][:50] for row in FIELDS])
def test_field_value_and_what_would_pass_are_cut_out(text: str, field: str | None, sent: str | None, allowed: tuple[str, ...]) -> None:
    found = fault(text)
    assert (found.field, found.sent, found.allowed) == (field, sent, allowed)


LIMITS: list[tuple[str, tuple[Any, ...]]] = [
    ("Requested 319487 tokens, max 300000 tokens per request", ("request", None, 300000, 319487, "tokens")),
    ("An image in the conversation exceeds the dimension limit for many-image requests (2000px).", ("image", None, 2000, None, "pixels")),
    ("The input token count exceeds the maximum number of tokens allowed 1048576.", ("context", None, 1048576, None, "tokens")),
    ("A maximum of 100 PDF pages may be provided.", (None, None, 100, None, "PDF pages")),
    ("The maximum request size is 32 MB.", ("request", None, 32, None, "MB")),
    ("The thinking budget 100000 is invalid. Please choose a value between 128 and 32768.", ("thinking budget", 128, 32768, 100000, None)),
    ("temperature must be Float and range in [0.0, 2.0)", ("temperature", 0.0, 2.0, None, None)),
    ("`inputs` must have less than 4095 tokens. Given: 5000", ("inputs", None, 4095, 5000, "tokens")),
    ("API 调用参数有误。max_tokens 参数不能超过 4096", ("max_tokens", None, 4096, None, None)),
    (
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ("thinking.enabled.budget_tokens", 1024, None, None, None),
    ),
    (
        "Value at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1",
        ("inferenceConfig.temperature", None, 1, None, None),
    ),
    (
        "'max_tokens' or 'x' is too large: 32768. This model's maximum context length is 32768 tokens and your request has 1200 input tokens",
        ("context", None, 32768, 1200, "tokens"),
    ),
    (
        "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens (126000 in the messages, 4000 in the completion).",
        ("context", None, 128000, 130000, "tokens"),
    ),
    (
        "This model's maximum context length is 200000 tokens. However, your messages resulted in 226543 tokens.",
        ("context", None, 200000, 226543, "tokens"),
    ),
    (
        "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens",
        ("context", None, 200000, 2500021, "tokens"),
    ),
    ("prompt is too long: 208310 tokens > 200000 maximum", ("context", None, 200000, 208310, "tokens")),
    ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease", ("context", None, 200000, 210000, "tokens")),
    (
        "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
        ("context", None, 1048576, 1250074, "tokens"),
    ),
    ("This model's maximum prompt length is 131072 but the request contains 200001 tokens.", ("context", None, 131072, 200001, "tokens")),
    ("InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]", ("max_tokens", 1, 8192, None, None)),
    ("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", ("max_tokens", 1, 8192, None, None)),
    ("Range of input length should be [1, 129024]", ("input length", 1, 129024, None, "tokens")),
    ("length of prompt_tokens (70001) must be less than max_seq_len (65536).", ("prompt_tokens", None, 65536, 70001, "tokens")),
    ("total number of tokens in the prompt cannot exceed 4081 - received 4292.", ("context", None, 4081, 4292, "tokens")),
    ("Current length is 9001 while limit is 8192", ("context", None, 8192, 9001, "tokens")),
    ("Prompt length of 5016 is longer than the maximum model length of 4096", ("context", None, 4096, 5016, "tokens")),
    ("Your request exceeded model token limit: 131072 (requested: 140001)", ("context", None, 131072, 140001, "tokens")),
    ("免费API限制模型输入token小于4096", ("context", None, 4096, None, "tokens")),
    (
        "max_tokens is too large: 40000. This model supports at most 16384 completion tokens, whereas you provided 40000.",
        ("max_tokens", None, 16384, 40000, "tokens"),
    ),
    (
        "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022",
        ("max_tokens", None, 8192, 100000, "tokens"),
    ),
    ("`top_k` must be less than or equal to 64", ("top_k", None, 64, None, None)),
    ("temperature: Input should be less than or equal to 1", ("temperature", None, 1, None, None)),
    ("max_tokens must be at least 1, got -186.", ("max_tokens", 1, None, -186, None)),
    (
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
        ("max_output_tokens", 16, None, 1, None),
    ),
    (
        "The parameter `max_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 4096, but got 8192 instead.",
        ("max_tokens", None, 4096, 8192, None),
    ),
    (
        "Invalid 'messages[3].content': string too long. Expected a string with maximum length 1048576, but got a string with length 1100001 instead.",
        ("messages[3].content", None, 1048576, 1100001, "characters"),
    ),
    (
        "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 200 instead.",
        ("tools", None, 128, 200, "items"),
    ),
    (
        "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive).",
        ("maxOutputTokens", 1, 65537, 100000, None),
    ),
    ("Request payload size exceeds the limit: 20971520 bytes.", ("payload", None, 20971520, None, "bytes")),
    (
        "messages.2.content.1.image.source.base64: image exceeds 5 MB maximum: 7340032 bytes > 5242880 bytes",
        ("image", None, 5242880, 7340032, "bytes"),
    ),
    (
        "At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels",
        ("image", None, 2000, None, "pixels"),
    ),
    ("A maximum of 4 blocks with cache_control may be provided. Found 6.", ("cache_control", None, 4, 6, "blocks")),
    ("Exceeded limit on max bytes per data-uri item : 10485760'.", ("data-uri", None, 10485760, None, "bytes")),
    (
        "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 129625.",
        ("TPM", None, 30000, 129625, "tokens"),
    ),
    ("#/p: 1 is not less or equal to 0.99, please reformat", ("p", None, 0.99, 1, None)),
    (
        "1 validation error detected: Value '200000' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value less than or equal to 8192",
        ("inferenceConfig.maxTokens", None, 8192, None, None),
    ),
    ("The max allowed tokens per submitted batch is 120000. Your batch has 150001 tokens", ("batch", None, 120000, 150001, "tokens")),
    (
        "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 7000 `inputs` tokens and 2000 `max_new_tokens`",
        ("context", None, 8193, 7000, "tokens"),
    ),
    ("temperature 的取值范围为[0,1]", ("temperature", 0, 1, None, None)),
    ("tools.0.custom.name: String should have at most 64 characters", ("tools.0.custom.name", None, 64, None, "characters")),
]


@pytest.mark.parametrize(("text", "expected"), LIMITS, ids=[row[0][:50] for row in LIMITS])
def test_a_bound_is_told_in_numbers(text: str, expected: tuple[Any, ...]) -> None:
    assert bound(fault(text, Category.CONTEXT_TOO_LONG)) == expected


@pytest.mark.parametrize(
    "param",
    ["f3adbb36-0000-4000-8000-aaaabbbbcccc", "429", "0217a1b2c3d4e5f60718", "validation_error", "invalid_param", "null"],
)
def test_a_trace_id_or_a_code_in_param_is_no_field(param: str) -> None:
    text = f"{{'error': {{'message': 'Param Incorrect', 'param': '{param}', 'code': 'invalid_request'}}}} model gpt-5-mini"
    found = refused.of(text, 0, Category.INVALID_REQUEST, HOPS)
    assert found is not None
    assert found.field is None


def test_of_several_violations_the_first_is_told() -> None:
    text = "; ".join(
        f"Invalid JSON payload received. Unknown name \"{name}\" at 'tools[{place}].x': Cannot find field."
        for place, name in enumerate("ab")
    )
    assert (fault(text).field, fault(text).sent) == ("tools[0].x", "a")


def test_two_sentences_are_not_mixed_into_one_bound() -> None:
    found = fault(
        "prompt is too long: 208310 tokens > 200000 maximum. Current length is 9001 while limit is 8192", Category.CONTEXT_TOO_LONG
    )
    assert bound(found) == ("context", None, 200000, 208310, "tokens")


def test_only_a_verdict_that_blames_the_request_looks_for_it() -> None:
    text = "Rate limit reached. Unknown parameter: 'seed'."
    assert refused.of(text, 0, Category.RATE_LIMITED, HOPS) is None
    assert refused.of("Content Exists Risk", 0, Category.CONTENT_FILTERED, HOPS) is None


@pytest.mark.parametrize(
    ("text", "model", "sent"),
    [
        ("The model `gpt-5-ultra` does not exist or you do not have access to it.", "gpt-5-ultra", "gpt-5-ultra"),
        ('"message":"model: claude-sonnet-9-9"', "claude-sonnet-9-9", "claude-sonnet-9-9"),
        ("models/gemini-9-pro is not found for API version v1beta", "gemini-9-pro", "gemini-9-pro"),
        ("No endpoints found for acme/model-x.", "acme/model-x", "acme/model-x"),
        ("Model voyage-zz is not supported. Supported models are ['voyage-x'].", "voyage-zz", "voyage-zz"),
        ("Model Not Exist", None, None),
    ],
)
def test_an_unknown_model_is_what_was_sent(text: str, model: str | None, sent: str | None) -> None:
    found = refused.of(text, 0, Category.MODEL_NOT_FOUND, HOPS)
    assert (found and found.model, found and found.sent) == (model, sent)


def test_the_words_around_the_decision_count_and_not_the_rest_of_a_long_text() -> None:
    noise = "Unknown parameter: 'seed'. " + "x " * 4_000
    text = noise + "Unknown parameter: 'store'."
    assert (found := refused.of(text, len(text) - 20, Category.INVALID_REQUEST, HOPS)) is not None
    assert found.field == "store"


def test_the_verdict_tells_it() -> None:
    text = (
        "Error code: 400 - {'error': {'message': \"Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value"
        " is supported.\", 'type': 'invalid_request_error', 'param': 'temperature', 'code': 'unsupported_value'}}"
    )
    body = judge(text, engine.packaged()).as_json()["request"]
    assert body == {
        "field": "temperature",
        "sent": "0.7",
        "allowed": ["1"],
        "limit": None,
        "model": None,
        "dialect": None,
        "rewritten_by": None,
    }


def test_what_is_told_of_every_known_error_stands_in_it() -> None:
    known = engine.packaged()
    blaming = [rule for rule in known.catalogue.rules.values() if rule.category in refused.BLAMING]
    told = 0
    for rule in blaming:
        for example in rule.examples:
            request = judge(example.text, known).request
            if request is None:
                continue
            told += 1
            flat = normalise.flatten(normalise.clean(example.text))
            for piece in (request.field, request.sent, request.model, *request.allowed):
                assert piece is None or piece in flat, (rule.id, piece)
    assert told > 100


HINTS = sorted({form.hint for table in (sentences.SENTENCES, sentences.HEADS) for form in table.all})
PIECES = st.one_of(
    st.sampled_from(HINTS),
    st.sampled_from([row[0] for row in FIELDS] + [row[0] for row in LIMITS]),
    st.text(max_size=40),
    st.sampled_from(["'", '"', "`", ": ", "[0].a", " 99999999999999999999 ", "1_000,00", "-", "+", "ſ", "İ", "\ud800", "参数"]),
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(sorted(refused.BLAMING)), st.integers(min_value=0, max_value=400))
def test_nothing_fails_and_what_is_told_stands_in_the_text(text: str, category: Category, position: int) -> None:
    flat = normalise.flatten(text)
    found = refused.of(flat, position, category, HOPS)
    if found is None:
        return
    shown = flat if len(flat.lower()) == len(flat) else flat.lower()
    for piece in (found.field, found.sent, found.model, *found.allowed):
        assert piece is None or (piece and piece in shown)
