import json, os, pathlib, re, sys

from anthropic import APIError, Anthropic

# An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status alone.
NO_MONEY = re.compile(
    "insufficient.{0,9}(quota|balance|credit|fund)|not.?enough.?(balance|credit|fund)|credit balance|more credits"
    "|(balance|credits?|quota|budget).{0,20}(insufficient|not enough|exhaust|deplet|expired|too low|used up)|out of.{0,8}(credits|budget)"
    "|exceeded your current quota|usage limits|spend(ing)?.?(limit|cap)|key limit|payment.required|billing_|budget.{0,16}exceeded"
    "|arrear|overdue|no available channel|余额不足|[额用]度不足|额度失败|用[尽完]|欠费|无可用渠道", re.I)
# Two accounts, each paid on its own. ANTHROPIC_BASE_URL has no /v1.
FIRST = [os.environ.get(name) for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "MODEL")]
SECOND = [os.environ.get(name) for name in ("FALLBACK_BASE_URL", "FALLBACK_API_KEY", "FALLBACK_MODEL")]
EARLIER = pathlib.Path("earlier-answers.json")  # put your own store here
answers = json.loads(EARLIER.read_text()) if EARLIER.exists() else {}

def account_is_empty(error):
    return getattr(error, "status_code", 0) == 402 or bool(NO_MONEY.search(f"{error.message} {error.body}"))

def ask(prompt):
    for url, key, model in (route for route in (FIRST, SECOND) if all(route)):
        client = Anthropic(base_url=url, api_key=key, max_retries=0)  # the SDK would repeat a 429 or 500
        try:
            reply = client.messages.create(
                model=model, max_tokens=1024, messages=[{"role": "user", "content": prompt}]
            )
        except APIError as error:
            if not account_is_empty(error):
                raise
            print(f"No money at {url}: {error.message}", file=sys.stderr)
        else:
            answers[prompt] = "".join(block.text for block in reply.content if block.type == "text")
            EARLIER.write_text(json.dumps(answers))
            return answers[prompt]
    if prompt not in answers:
        raise SystemExit("No account has money. The same call cannot pass before somebody pays.")
    print("No account has money. This is an earlier answer:", file=sys.stderr)
    return answers[prompt]

print(ask("Say hello."))
