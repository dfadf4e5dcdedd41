import os, sys

from openai import APIError, OpenAI

# An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status.
NO_MONEY = (
    "credit balance", "insufficient_quota", "insufficient_user_quota", "insufficient balance", "no credits",
    "exceeded your current quota", "quota is not enough", "billing_", "arrear", "overdue", "budget_exceeded",
    "spending limit", "no available channel", "余额不足", "额度不足", "额度失败", "额度已用尽", "欠费", "无可用渠道",
)
FIRST = [os.environ.get(name) for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "MODEL")]
SECOND = [os.environ.get(name) for name in ("FALLBACK_BASE_URL", "FALLBACK_API_KEY", "FALLBACK_MODEL")]
answers = {}  # earlier answers; a real program keeps them in a store

def account_is_empty(error):
    said = f"{error.code} {error.type} {error.message} {error.body}".lower()
    return any(words in said for words in NO_MONEY)

def ask(prompt):
    for url, key, model in (route for route in (FIRST, SECOND) if all(route)):
        client = OpenAI(base_url=url, api_key=key, max_retries=0)  # the SDK would repeat a 429 or 500
        try:
            reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
        except APIError as error:
            if not account_is_empty(error):
                raise
            print(f"No money at {url}: {error.message}", file=sys.stderr)
        else:
            answers[prompt] = reply.choices[0].message.content
            return answers[prompt]
    if prompt not in answers:
        raise SystemExit("No account has money. The same call cannot pass before somebody pays.")
    return answers[prompt]

print(ask("Say hello."))
