"""The judgement on a failed attempt, on the gateway's own path: evidence of a provider instead of a paste."""
