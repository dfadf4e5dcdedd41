import json, os, sys, urllib.error, urllib.request

def ask(prompt):
    body = {"contents": [{"parts": [{"text": prompt}]}]}
    request = urllib.request.Request(
        f"{os.environ['GOOGLE_GEMINI_BASE_URL']}/v1beta/models/{os.environ['MODEL']}:generateContent",
        json.dumps(body).encode(),
        {"content-type": "application/json", "x-goog-api-key": os.environ["GEMINI_API_KEY"]},
    )
    try:  # sent once: an unchanged request is refused again
        with urllib.request.urlopen(request, timeout=120) as response:
            parts = json.load(response)["candidates"][0]["content"]["parts"]
        return "".join(part.get("text", "") for part in parts)
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")
        told = json.loads(said).get("error", {}) if said.startswith("{") else {}
        print(f"status:  {error.code} {told.get('status', '')}", file=sys.stderr)
        print(f"message: {told.get('message', said)}", file=sys.stderr)
        print(f"details: {json.dumps(told.get('details', []))}", file=sys.stderr)  # field violations stand here
        print(f"sent:    {', '.join(body)}", file=sys.stderr)  # the names only: prompts are private
        raise SystemExit(1) from error

print(ask("Say hello."))
