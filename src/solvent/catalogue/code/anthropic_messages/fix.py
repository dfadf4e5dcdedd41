import os
import sys

from anthropic import Anthropic, APIStatusError

# max_retries=0: an unchanged request is refused again, even where a relay sends the refusal as a 500.
client = Anthropic(base_url=os.environ["ANTHROPIC_BASE_URL"], api_key=os.environ["ANTHROPIC_API_KEY"], max_retries=0)

def ask(prompt):
    request = {"model": os.environ["MODEL"], "max_tokens": 1024, "messages": [{"role": "user", "content": prompt}]}
    try:
        reply = client.messages.create(**request)
        return "".join(block.text for block in reply.content if block.type == "text")
    except APIStatusError as error:
        told = error.body.get("error") if isinstance(error.body, dict) else None
        told = told if isinstance(told, dict) else {}
        print(f"status:  {error.status_code}", file=sys.stderr)
        print(f"message: {told.get('message') or error.message}", file=sys.stderr)  # begins with the field's name
        print(f"type:    {told.get('type')}", file=sys.stderr)
        print(f"id:      {error.request_id or 'see the message'}", file=sys.stderr)
        print(f"sent:    {', '.join(request)}", file=sys.stderr)  # the names only: prompts are private
        raise SystemExit(1) from error

print(ask("Say hello."))
