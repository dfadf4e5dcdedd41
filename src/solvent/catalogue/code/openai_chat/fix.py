import os
import sys

from openai import APIStatusError, OpenAI

# max_retries=0: an unchanged request is refused again, even where a relay sends the refusal as a 500.
client = OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key=os.environ["OPENAI_API_KEY"], max_retries=0)

def ask(prompt):
    request = {"model": os.environ["MODEL"], "messages": [{"role": "user", "content": prompt}]}
    try:
        return client.chat.completions.create(**request).choices[0].message.content
    except APIStatusError as error:
        body = error.body if isinstance(error.body, dict) else {}
        print(f"status:  {error.status_code}", file=sys.stderr)
        print(f"message: {body.get('message') or error.message}", file=sys.stderr)
        print(f"field:   {error.param or 'see the message'}", file=sys.stderr)
        print(f"code:    {error.code or error.type}", file=sys.stderr)
        print(f"id:      {error.request_id or 'see the message'}", file=sys.stderr)
        print(f"sent:    {', '.join(request)}", file=sys.stderr)  # the names only: prompts are private
        raise SystemExit(1) from error

print(ask("Say hello."))
