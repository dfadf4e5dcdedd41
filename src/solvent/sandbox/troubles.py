"""What can be wrong with a call, and the words that each provider finds for it: one table per provider, every row from a source.

A row's source is the rule of that name under `catalogue/errors/`, which cites page and date, or stands beside it. `unverified` marks rows
whose status is documented but whose words nobody was seen to have read off the wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Trouble(StrEnum):
    """Why a call gets no answer."""

    NO_CREDIT = "no-credit"
    CREDIT_BELOW_CALL = "credit-below-call"
    KEY_MISSING = "key-missing"
    KEY_WRONG = "key-wrong"
    PATH_UNKNOWN = "path-unknown"
    MODEL_UNKNOWN = "model-unknown"
    NOT_JSON = "not-json"
    FIELD_MISSING = "field-missing"
    NO_MESSAGES = "no-messages"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    OVERLOADED = "overloaded"
    ECHO_TOOL = "echo-tool"
    ECHO_WORDS = "echo-words"


class Row(NamedTuple):
    """What a provider says. `message`, `param` and `raw` may hold facts in braces."""

    status: int
    type: str
    message: str
    code: str | int | None = None
    param: str | None = None
    raw: str = ""


_INVALID = "invalid_request_error"

ANTHROPIC: dict[Trouble, Row] = {
    # anthropic/credit-balance-too-low
    Trouble.NO_CREDIT: Row(
        400,
        _INVALID,
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
    ),
    # github.com/n8n-io/n8n/issues/37930, read 2026-11-25
    Trouble.KEY_MISSING: Row(401, "authentication_error", "x-api-key header is required"),
    # anthropic/invalid-api-key
    Trouble.KEY_WRONG: Row(401, "authentication_error", "invalid x-api-key"),
    # anthropic/resource-not-found
    Trouble.PATH_UNKNOWN: Row(404, "not_found_error", "Not found"),
    # anthropic/model-unknown
    Trouble.MODEL_UNKNOWN: Row(404, "not_found_error", "model: {model}"),
    # github.com/promptfoo/promptfoo/issues/4489, read 2026-11-25
    Trouble.NOT_JSON: Row(
        400, _INVALID, "The request body is not valid JSON: unexpected character: line {line} column {column} (char {position})"
    ),
    # Quoted in tests and run logs of public repositories ("max_tokens: Field required"), read 2026-11-25
    Trouble.FIELD_MISSING: Row(400, _INVALID, "{field}: Field required"),
    # github.com/devoxx/DevoxxGenieIDEAPlugin/issues/567, read 2026-11-25
    Trouble.NO_MESSAGES: Row(400, _INVALID, "messages: at least one message is required"),
    # anthropic/organization-rate-limit
    Trouble.RATE_LIMITED: Row(
        429,
        "rate_limit_error",
        "This request would exceed your organization's rate limit of 50,000 input tokens per minute "
        "(org: 0b1c2d3e-aaaa-bbbb-cccc-0123456789ab, model: {model}).",
    ),
    # anthropic/internal-server-error
    Trouble.SERVER_ERROR: Row(500, "api_error", "Internal server error"),
    # anthropic/overloaded
    Trouble.OVERLOADED: Row(529, "overloaded_error", "Overloaded"),
    # Quoted with its body in a public repository's tests, read 2026-11-25
    Trouble.ECHO_TOOL: Row(400, _INVALID, "Tool '{tool}' not found in provided tools"),
    # Quoted in public repositories with `fallback` for the tag, read 2026-11-25
    Trouble.ECHO_WORDS: Row(
        400,
        _INVALID,
        "messages.0.content.0: Input tag '{words}' found using 'type' does not match any of the expected tags",
    ),
}

OPENAI: dict[Trouble, Row] = {
    # openai/quota-exceeded-no-credit
    Trouble.NO_CREDIT: Row(
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details. For more information on this error, "
        "read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
        "insufficient_quota",
    ),
    # Quoted in several public repositories, read 2026-11-25; OpenAI's goes on about browsers
    Trouble.KEY_MISSING: Row(
        401,
        _INVALID,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY).",
    ),
    # openai/api-key-incorrect
    Trouble.KEY_WRONG: Row(
        401,
        _INVALID,
        "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
        "invalid_api_key",
    ),
    # Quoted with its body in a public repository's tests, read 2026-11-25
    Trouble.PATH_UNKNOWN: Row(404, _INVALID, "Invalid URL ({method} {path})"),
    # openai/model-not-found
    Trouble.MODEL_UNKNOWN: Row(404, _INVALID, "The model `{model}` does not exist or you do not have access to it.", "model_not_found"),
    # github.com/kdalanon/ChatGPT-AutoHotkey-Utility/issues/14, read 2026-11-25
    Trouble.NOT_JSON: Row(
        400,
        _INVALID,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "
        "The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, "
        "please contact us through our help center at help.openai.com.)",
    ),
    # github.com/SilasMarvin/lsp-ai/issues/108, read 2026-11-25
    Trouble.FIELD_MISSING: Row(400, _INVALID, "Missing required parameter: '{field}'.", "missing_required_parameter", "{field}"),
    # As for a field that is missing; for an empty list unverified
    Trouble.NO_MESSAGES: Row(400, _INVALID, "Missing required parameter: 'messages'.", "missing_required_parameter", "messages"),
    # openai/rate-limit-per-minute
    Trouble.RATE_LIMITED: Row(
        429,
        "requests",
        "Rate limit reached for {model} in organization org-Ab12Cd34Ef56Gh78Ij90Kl12 on requests per min (RPM): "
        "Limit 3, Used 3, Requested 1. Please try again in {wait}s.",
        "rate_limit_exceeded",
    ),
    # openai/server-error
    Trouble.SERVER_ERROR: Row(500, "server_error", "The server had an error while processing your request. Sorry about that!"),
    # openai/overloaded
    Trouble.OVERLOADED: Row(503, "server_error", "The engine is currently overloaded, please try again later. https://status.openai.com"),
    # openai/function-schema-invalid
    Trouble.ECHO_TOOL: Row(
        400,
        _INVALID,
        "Invalid schema for function '{tool}': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
        "invalid_function_parameters",
        "tools[0].function.parameters",
    ),
    # Quoted in several public repositories with `image` for the value, read 2026-11-25
    Trouble.ECHO_WORDS: Row(
        400,
        _INVALID,
        "Invalid value: '{words}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.",
        "invalid_value",
        "messages[0].content[0].type",
    ),
}

DEEPSEEK: dict[Trouble, Row] = {
    # deepseek/insufficient-balance
    Trouble.NO_CREDIT: Row(402, "unknown_error", "Insufficient Balance", _INVALID),
    # deepseek/api-key-invalid; `(auth header …)` is one of its forms, the rest unverified
    Trouble.KEY_MISSING: Row(401, "authentication_error", "Authentication Fails (auth header format should be Bearer sk-...)", _INVALID),
    # deepseek/api-key-invalid
    Trouble.KEY_WRONG: Row(401, "authentication_error", "Authentication Fails, Your api key: {key} is invalid", _INVALID),
    # deepseek/model-not-exist; github.com/ConardLi/easy-dataset/issues/9, read 2026-11-25
    Trouble.MODEL_UNKNOWN: Row(400, _INVALID, "Model Not Exist", _INVALID),
    # github.com/esengine/DeepSeek-Reasonix/issues/1906, read 2026-11-25, where a path into the body stands before `expected`
    Trouble.NOT_JSON: Row(
        400, _INVALID, "Failed to parse the request body as JSON: expected value at line {line} column {column}", _INVALID
    ),
    # github.com/pig-mesh/deepseek4j/issues/41, read 2026-11-25, there of a field inside a message
    Trouble.FIELD_MISSING: Row(
        400,
        _INVALID,
        "Failed to deserialize the JSON body into the target type: missing field `{field}` at line {line} column {column}",
        _INVALID,
    ),
    # deepseek/rate-limit; the words of the body are unverified
    Trouble.RATE_LIMITED: Row(429, "unknown_error", "Rate limit reached", _INVALID),
    # deepseek/server-busy, for both
    Trouble.SERVER_ERROR: Row(
        503,
        "service_unavailable_error",
        "Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.",
        _INVALID,
    ),
    # deepseek/image-input-not-supported
    Trouble.ECHO_WORDS: Row(
        400,
        _INVALID,
        "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `{words}`, expected `text` "
        "at line {line} column {column}",
        _INVALID,
    ),
}
DEEPSEEK[Trouble.OVERLOADED] = DEEPSEEK[Trouble.SERVER_ERROR]
DEEPSEEK[Trouble.NO_MESSAGES] = DEEPSEEK[Trouble.FIELD_MISSING]

OPENROUTER: dict[Trouble, Row] = {
    # The short form of openrouter/credits-exhausted
    Trouble.NO_CREDIT: Row(402, "", "Insufficient credits. Add more using https://openrouter.ai/settings/credits", 402),
    # openrouter/credit-below-reservation
    Trouble.CREDIT_BELOW_CALL: Row(
        402,
        "",
        "This request requires more credits, or fewer max_tokens. You requested up to {wanted} tokens, but can only afford {affordable}. "
        "To increase, visit https://openrouter.ai/settings/credits and add more credits",
        402,
    ),
    # openrouter/key-invalid, both
    Trouble.KEY_MISSING: Row(401, "", "No cookie auth credentials found", 401),
    Trouble.KEY_WRONG: Row(401, "", "User not found.", 401),
    # openrouter/model-id-unknown
    Trouble.MODEL_UNKNOWN: Row(400, "", "{model} is not a valid model ID", 400),
    # openrouter.ai/docs/api/reference/errors-and-debugging names the status; the words are unverified
    Trouble.NOT_JSON: Row(400, "", "Bad Request", 400),
    Trouble.FIELD_MISSING: Row(400, "", "Bad Request", 400),
    # openrouter/upstream-rate-limited
    Trouble.RATE_LIMITED: Row(
        429, "", "Provider returned error", 429, raw="{model} is temporarily rate-limited upstream. Please retry shortly"
    ),
    # openrouter/provider-error
    Trouble.SERVER_ERROR: Row(502, "", "Provider returned error", 502),
    Trouble.OVERLOADED: Row(503, "", "Provider returned error", 503),
}
OPENROUTER[Trouble.NO_MESSAGES] = OPENROUTER[Trouble.FIELD_MISSING]

# What the relay says itself: `type` is `new_api_error` throughout, and the id is appended when it is said.
NEW_API: dict[Trouble, Row] = {
    # new-api/user-quota-empty
    Trouble.NO_CREDIT: Row(403, "new_api_error", "用户额度不足, 剩余额度: {left}", "insufficient_user_quota"),
    # new-api/user-quota-below-hold
    Trouble.CREDIT_BELOW_CALL: Row(
        403, "new_api_error", "预扣费额度失败, 用户剩余额度: {left}, 需要预扣费额度: {needed}", "insufficient_user_quota"
    ),
    # new-api/token-not-provided, the words of i18n/locales/en.yaml
    Trouble.KEY_MISSING: Row(401, "new_api_error", "Token not provided", ""),
    # new-api/token-invalid
    Trouble.KEY_WRONG: Row(401, "new_api_error", "Invalid token", ""),
    # Quoted in public repositories, read 2026-11-25
    Trouble.PATH_UNKNOWN: Row(404, _INVALID, "Invalid URL ({method} {path})", ""),
    # new-api/no-channel
    Trouble.MODEL_UNKNOWN: Row(
        503, "new_api_error", "No available channel for model {model} under group default (distributor)", "model_not_found"
    ),
    # new-api/request-unreadable, both
    Trouble.NOT_JSON: Row(400, "new_api_error", "无效的请求，invalid JSON request body", ""),
    Trouble.FIELD_MISSING: Row(400, "new_api_error", "field {field} is required", "invalid_request"),
}
NEW_API[Trouble.NO_MESSAGES] = NEW_API[Trouble.FIELD_MISSING]

# Said by the relay's middleware, which knows only the OpenAI shape; the rest is said in the dialect of the path.
MIDDLEWARE = frozenset({Trouble.KEY_MISSING, Trouble.KEY_WRONG, Trouble.PATH_UNKNOWN, Trouble.MODEL_UNKNOWN, Trouble.NOT_JSON})
