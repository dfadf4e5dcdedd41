import os
import random
import sys
import time

from anthropic import Anthropic, APIConnectionError, Timeout

client = Anthropic(
    base_url=os.environ["ANTHROPIC_BASE_URL"],
    api_key=os.environ["ANTHROPIC_API_KEY"],
    timeout=Timeout(120, connect=5),  # seconds: 120 without a byte, 5 to connect
    max_retries=0,
)

def ask(prompt):
    attempt = 1
    while True:
        try:
            messages = [{"role": "user", "content": prompt}]
            # Streamed, so that a long answer does not look like silence.
            with client.messages.stream(model=os.environ["MODEL"], max_tokens=1024, messages=messages) as parts:
                return "".join(parts.text_stream)
        except APIConnectionError as error:
            cause = type(error.__cause__).__name__  # ConnectError, ConnectTimeout, ReadTimeout, ...
            never_sent = cause.startswith("Connect")
            # What was sent may have been answered and charged: repeat it once at most.
            if attempt >= (3 if never_sent else 2):
                print(f"gave up after {attempt} calls: {cause}: {error.__cause__}", file=sys.stderr)
                raise
            time.sleep(2**attempt * random.uniform(0.5, 1))
            attempt += 1

print(ask("Say hello."))
