import http.client, json, os, random, socket, sys, time, urllib.error, urllib.request

NEVER_SENT = (ConnectionRefusedError, socket.gaierror)

def streamed(prompt):  # so that a long answer does not look like silence
    request = urllib.request.Request(
        f"{os.environ['GOOGLE_GEMINI_BASE_URL']}/v1beta/models/{os.environ['MODEL']}:streamGenerateContent?alt=sse",
        json.dumps({"contents": [{"parts": [{"text": prompt}]}]}).encode(),
        {"content-type": "application/json", "x-goog-api-key": os.environ["GEMINI_API_KEY"]},
    )
    answer = ""
    with urllib.request.urlopen(request, timeout=120) as lines:  # seconds without a byte
        for line in lines:
            if line.startswith(b"data:"):
                candidate = json.loads(line[5:])["candidates"][0]
                answer += "".join(part.get("text", "") for part in candidate.get("content", {}).get("parts", []))
                if "finishReason" in candidate:
                    return answer
    raise ConnectionError("the stream ended early")

def ask(prompt):
    attempt = 1
    while True:
        try:
            return streamed(prompt)
        except urllib.error.HTTPError:
            raise  # answered: no failure of the network
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            # What was sent may have been answered and charged: repeat it once at most.
            if attempt >= (3 if isinstance(cause, NEVER_SENT) else 2):
                print(f"gave up after {attempt} calls: {cause!r}", file=sys.stderr)
                raise
            time.sleep(2**attempt * random.uniform(0.5, 1))
            attempt += 1

print(ask("Say hello."))
