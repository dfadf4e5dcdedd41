"""The codes of a verdict as the admin commands print them: the code, which scripts and documents name, and what people call it."""

from __future__ import annotations

from typing import Any

from solvent.catalogue import names
from solvent.cli.columns import clean
from solvent.model.verdict import Category, Wallet

_CATEGORIES = {category.value: words.en for category, words in names.CATEGORIES.items() if category is not Category.NOT_AN_ERROR}
_WALLETS = {wallet.value: words.en for wallet, words in names.WALLETS.items() if wallet is not Wallet.NONE}


def category(code: Any) -> str:
    """`auth_invalid (key refused)`; empty where there is no error, the bare code where it is unknown or says it all."""
    if code is None or code == Category.NOT_AN_ERROR:
        return ""
    words = _CATEGORIES.get(str(code), "")
    return clean(code) if words in ("", str(code).replace("_", " ")) else f"{code} ({words})"


def wallet(code: Any) -> str:
    """`relay_user (your prepaid balance at the relay)`; empty where it is nobody's or not told."""
    if code is None or code == Wallet.NONE:
        return ""
    words = _WALLETS.get(str(code), "")
    return f"{code} ({words})" if words else clean(code)
