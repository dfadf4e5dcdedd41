import json, os, pathlib, re, sys, urllib.error, urllib.request

# An empty account comes as 400, 402, 403, 429 or 500: the words decide, not the status alone.
NO_MONEY = re.compile(
    "insufficient.{0,9}(quota|balance|credit|fund)|not.?enough.?(balance|credit|fund)|credit balance|more credits"
    "|(balance|credits?|quota|budget).{0,20}(insufficient|not enough|exhaust|deplet|expired|too low|used up)|out of.{0,8}(credits|budget)"
    "|usage limits|spend(ing)?.?(limit|cap)|key limit|payment.required|billing_|budget.{0,16}exceeded"
    "|arrear|overdue|no available channel|余额不足|[额用]度不足|额度失败|用[尽完]|欠费|无可用渠道", re.I)
# Two accounts, each paid on its own. GOOGLE_GEMINI_BASE_URL has no /v1beta.
FIRST = [os.environ.get(name) for name in ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY", "MODEL")]
SECOND = [os.environ.get(name) for name in ("FALLBACK_BASE_URL", "FALLBACK_API_KEY", "FALLBACK_MODEL")]
EARLIER = pathlib.Path("earlier-answers.json")  # put your own store here
answers = json.loads(EARLIER.read_text()) if EARLIER.exists() else {}

def post(url, key, model, prompt):
    request = urllib.request.Request(
        f"{url}/v1beta/models/{model}:generateContent",
        json.dumps({"contents": [{"parts": [{"text": prompt}]}]}).encode(),
        {"content-type": "application/json", "x-goog-api-key": key},
    )
    with urllib.request.urlopen(request, timeout=120) as response:  # repeats nothing
        parts = json.load(response)["candidates"][0]["content"]["parts"]
    return "".join(part.get("text", "") for part in parts)

def ask(prompt):
    for url, key, model in (route for route in (FIRST, SECOND) if all(route)):
        try:
            answers[prompt] = post(url, key, model, prompt)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            if error.code != 402 and not NO_MONEY.search(said):
                raise SystemExit(f"{error.code} {said}") from error
            print(f"No money at {url}: {said}", file=sys.stderr)
        else:
            EARLIER.write_text(json.dumps(answers))
            return answers[prompt]
    if prompt not in answers:
        raise SystemExit("No account has money. The same call cannot pass before somebody pays.")
    print("No account has money. This is an earlier answer:", file=sys.stderr)
    return answers[prompt]

print(ask("Say hello."))
