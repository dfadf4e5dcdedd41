import email.utils
import os
import random
import re
import time

from openai import APIStatusError, OpenAI

TRIES, LONGEST_PAUSE_S = 5, 60
PASSES_BY_ITSELF = {408, 429, 500, 502, 503, 504, 529}
# Words of an empty account, which also comes as a 429 or 500: no wait cures it.
NO_MONEY = re.compile("insufficient.{0,9}(quota|balance|credit)|credit balance|billing_|余额不足|额度不足|额度失败|欠费", re.I)
client = OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key=os.environ["OPENAI_API_KEY"], max_retries=0)

def asked_pause_s(headers):
    value = headers.get("retry-after", "0")
    date = email.utils.parsedate_tz(value)  # the header holds seconds or a date
    if date is not None:
        return email.utils.mktime_tz(date) - time.time()
    return float(value) if value.replace(".", "", 1).isdigit() else 0

def ask(prompt):
    for attempt in range(1, TRIES + 1):
        try:
            reply = client.chat.completions.create(
                model=os.environ["MODEL"], messages=[{"role": "user", "content": prompt}]
            )
            return reply.choices[0].message.content
        except APIStatusError as error:
            asked = asked_pause_s(error.response.headers)
            cured = error.status_code in PASSES_BY_ITSELF and not NO_MONEY.search(f"{error.message} {error.body}")
            if not cured or asked > LONGEST_PAUSE_S or attempt == TRIES:
                raise
            own = min(LONGEST_PAUSE_S, 2**attempt) * random.uniform(0.5, 1)
            time.sleep(max(asked + random.uniform(0, 0.5), own))

print(ask("Say hello."))
