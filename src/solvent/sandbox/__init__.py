"""A simulated provider: it speaks the OpenAI and the Anthropic dialect, has balances that run out and faults on demand."""
