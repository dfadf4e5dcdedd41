"""The demo's config: a few accounts at the simulated provider, one of them dry, so that the first request already shows a failover."""

from __future__ import annotations

MODEL = "claude-sonnet-4-6"

_CONFIG = """# The demo's config: every account is held at a simulated provider, and no real money moves.
[gateway]
listen = "127.0.0.1:8400"

[office]
listen = "127.0.0.1:8401"

[desk]                           # the desk for strangers; they reach it once it listens on more than this machine
public = true
listen = "127.0.0.1:8402"
hosts = ["localhost"]
model = "gpt-4o-mini"            # who pasted an error that no rule explains may ask it; here the simulated provider answers
model_budget_day = "0.25"

[[account]]                      # dry from the start: the first request meets Anthropic's own words and goes on
name = "anthropic-main"
provider = "anthropic"
base_url = "{sandbox}"
api_key = "sk-sandbox-anthropic-main-0"

[[account]]                      # a relay whose own account at Anthropic is dry, while its OpenAI models still work
name = "relay"
provider = "new-api"
base_url = "{sandbox}/v1"
api_key = "sk-sandbox-new-api-relay-5.00+anthropic-0"
balance = "5.00"

[[account]]                      # the one that answers
name = "anthropic-spare"
provider = "anthropic"
base_url = "{sandbox}"
api_key = "sk-sandbox-anthropic-spare-3.00"
balance = "3.00"

[[account]]
name = "openai"
provider = "openai"
base_url = "{sandbox}/v1"
api_key = "sk-sandbox-openai-main-2.00"
balance = "2.00"

[[model]]
name = "{MODEL}"
routes = [
  {{ account = "anthropic-main", model = "{MODEL}" }},
  {{ account = "relay", model = "{MODEL}" }},
  {{ account = "anthropic-spare", model = "{MODEL}" }},
]
price = {{ input = "3.00", output = "15.00", cache_read = "0.30", cache_write = "3.75" }}

[[model]]                        # every other Claude that is asked for, at the price book's rates: Claude Code wants several
name = "claude-*"
routes = [{{ account = "anthropic-main" }}, {{ account = "relay" }}, {{ account = "anthropic-spare" }}]

[[model]]
name = "gpt-4o-mini"
routes = [
  {{ account = "openai", model = "gpt-4o-mini" }},
  {{ account = "relay", model = "gpt-4o-mini" }},
]
price = {{ input = "0.15", output = "0.60" }}
when_exhausted = ["maintenance"]
maintenance_text = "The assistant is briefly unavailable."
"""


def config_of(sandbox: str) -> str:
    """The config for a simulated provider at this address (`http://host:port`)."""
    return _CONFIG.format(sandbox=sandbox, MODEL=MODEL)
