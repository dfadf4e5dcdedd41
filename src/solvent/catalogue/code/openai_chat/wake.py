import os
import random
import sys
import time

from openai import APIConnectionError, OpenAI, Timeout

client = OpenAI(
    base_url=os.environ["OPENAI_BASE_URL"],
    api_key=os.environ["OPENAI_API_KEY"],
    timeout=Timeout(120, connect=5),  # seconds: 120 without a byte, 5 to connect
    max_retries=0,
)

def ask(prompt):
    attempt = 1
    while True:
        try:
            parts = client.chat.completions.create(
                model=os.environ["MODEL"], messages=[{"role": "user", "content": prompt}], stream=True
            )  # streamed, so that a long answer does not look like silence
            return "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
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
