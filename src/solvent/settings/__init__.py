"""Settings: one TOML text and the environment in, one frozen value out, or every mistake at once with its line and its repair."""

from solvent.settings.first_use import from_environment
from solvent.settings.reading import load, parse, secret_files, store_url, text_of
from solvent.settings.shape import Address, Alert, Assistance, Gateway, Mistake, Settings, SettingsError, Threshold

__all__ = [
    "Address",
    "Alert",
    "Assistance",
    "Gateway",
    "Mistake",
    "Settings",
    "SettingsError",
    "Threshold",
    "from_environment",
    "load",
    "parse",
    "secret_files",
    "store_url",
    "text_of",
]
