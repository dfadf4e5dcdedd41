import json, os, random, re, time, urllib.error, urllib.request

TRIES, LONGEST_PAUSE_S = 5, 60
PASSES_BY_ITSELF = {408, 429, 500, 502, 503, 504}
# Words of an empty account, which also comes as a 429: no wait cures it.
NO_MONEY = re.compile("insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费|credits are depleted|spending cap", re.I)

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
    for attempt in range(1, TRIES + 1):
        try:
            return post(os.environ["GOOGLE_GEMINI_BASE_URL"], os.environ["GEMINI_API_KEY"], os.environ["MODEL"], prompt)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            told = re.search(r'"retryDelay": *"([0-9.]+)s"', said)  # where the answer says how long to wait
            asked = float(told[1]) if told else 0
            cured = error.code in PASSES_BY_ITSELF and not NO_MONEY.search(said)
            if not cured or asked > LONGEST_PAUSE_S or attempt == TRIES:
                raise SystemExit(f"{error.code} {said}") from error
            own = min(LONGEST_PAUSE_S, 2**attempt) * random.uniform(0.5, 1)
            time.sleep(max(asked + random.uniform(0, 0.5), own))

print(ask("Say hello."))
