"""Errors to look at with one click: made up after real ones, each a different answer to the question whose wallet is empty."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.catalogue.tables import Words


@dataclass(frozen=True, slots=True)
class Example:
    """One error. `slug` is its name in addresses, `name` its name for people."""

    slug: str
    name: Words
    text: str


_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."

EXAMPLES: tuple[Example, ...] = (
    Example(
        "seed",
        Words(en="Anthropic's words through a relay", zh="中转站转来的 Anthropic 余额不足"),
        '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & '
        'Billing to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}',
    ),
    Example(
        "anthropic-direct",
        Words(en="The same words from Anthropic itself", zh="同一句话，直接来自 Anthropic"),
        f'400 {{"type":"error","error":{{"type":"invalid_request_error","message":"{_CREDIT}"}},'
        '"request_id":"req_011CVwq8Xj3hT2bYk9LmN4Pz"}',
    ),
    Example(
        "openai-quota",
        Words(en="OpenAI: a 429 that is no rate limit", zh="OpenAI：不是限流的 429"),
        "openai.RateLimitError: Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and "
        "billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/"
        "api-errors.', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}",
    ),
    Example(
        "relay-balance",
        Words(en="Your own balance at a relay", zh="自己在中转站的余额不足"),
        '403 {"error":{"message":"用户额度不足, 剩余额度: $0.001842 (request id: 20260318094512308871245Kd83hQzT)",'
        '"type":"new_api_error","param":"","code":"insufficient_user_quota"}}',
    ),
    Example(
        "relay-behind-relay",
        Words(en="The same, inside another relay", zh="同一句话，外面还有一层中转"),
        '500 {"error":{"type":"<nil>","message":"用户额度不足, 剩余额度: $0.001842 (request id: 20260318094512308871245Kd83hQzT) '
        '(request id: 20260318094511902736418pWv5RkLm)"},"type":"error"}',
    ),
    Example(
        "three-relays",
        Words(en="Three relays deep", zh="三层中转"),
        f'500 {{"error":{{"type":"<nil>","message":"{_CREDIT} (request id: 20260126100910722614337HsQybcmN) '
        '(request id: 20260126100910401882930aB7xTq2M) (request id: 20260126100909873315527Zk4wPn9E)"},"type":"error"}',
    ),
    Example(
        "token-quota",
        Words(en="The key's own limit at a relay", zh="令牌额度已用尽"),
        '401 {"error":{"message":"该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -4021 '
        '(request id: 20260211153044127739082Ws6yHb3J)","type":"new_api_error","param":"","code":""}}',
    ),
    Example(
        "deepseek",
        Words(en="DeepSeek: Insufficient Balance", zh="DeepSeek：余额不足"),
        'Error code: 402 - {"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}',
    ),
    Example(
        "tokens-per-minute",
        Words(en="Tokens per minute: wait", zh="每分钟 token 限流：等一等"),
        'HTTP 429 {"error":{"message":"Rate limit reached for gpt-4o in organization org-EXAMPLE on tokens per min (TPM): Limit 30000, '
        'Used 28641, Requested 3120. Please try again in 3.522s. Visit https://platform.openai.com/account/rate-limits to learn more.",'
        '"type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
    ),
    Example(
        "traceback",
        Words(en="A Python traceback", zh="一段 Python 报错"),
        "Traceback (most recent call last):\n"
        '  File "/app/summarise.py", line 41, in <module>\n'
        '    print(answer["choices"][0]["message"]["content"])\n'
        "          ~~~~~~^^^^^^^^^^^\n"
        "KeyError: 'choices'",
    ),
    Example(
        "cloudflare-524",
        Words(en="A Cloudflare 524 page", zh="Cloudflare 524 页面"),
        '<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<title>relay.example | 524: A timeout occurred</title>\n</head>\n<body>\n'
        '<div id="cf-error-details">\n<h1>A timeout occurred <span>Error code 524</span></h1>\n'
        "<p>Visit cloudflare.com for more information.</p>\n<span>Cloudflare Ray ID: 9c3f51d20a7be1c4</span>\n</div>\n</body>\n</html>",
    ),
    Example(
        "connection",
        Words(en="A connection that never came about", zh="连接不上"),
        "openai.APIConnectionError: Connection error.\nhttpx.ConnectError: [Errno -2] Name or service not known",
    ),
    Example(
        "unknown",
        Words(en="One that nobody knows yet", zh="暂时没人认识的错误"),
        '{"error":{"message":"frobnication of stage 7 was declined","type":"zx_error","code":"ZX-0417"},"request_id":"zx-5b1f09c2-7731"}',
    ),
)
SEED = EXAMPLES[0]
_BY_SLUG = {example.slug: example for example in EXAMPLES}


def find(slug: str | None) -> Example:
    """The example of that name; the seed case where there is none."""
    return _BY_SLUG.get(slug or "", SEED)
