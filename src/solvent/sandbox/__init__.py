"""A simulated provider: accounts with real balances that run out, and faults on demand."""
