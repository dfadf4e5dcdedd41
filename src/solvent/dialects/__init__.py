"""How to speak: one module a dialect, strangers to each other. What they share is `dialect.py` (the port) and `sse.py` (event streams)."""
