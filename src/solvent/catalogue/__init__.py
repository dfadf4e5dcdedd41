"""Facts as data: who is who (providers, relays, clients), one error rule a file, and the advice texts.

The readers here turn packaged TOML into frozen values once, at start, and refuse a file with its name and its mistake.
"""
