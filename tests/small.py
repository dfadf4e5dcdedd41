"""A catalogue of two parties and two rules, so that a test of what surrounds the engine does not depend on the packaged one."""

from __future__ import annotations

from datetime import date
from typing import Any

from solvent.catalogue.advice import Advice, read_advice
from solvent.catalogue.load import Catalogue
from solvent.catalogue.parties import Party, read_party
from solvent.catalogue.rules import Rule, read_rule
from solvent.model.verdict import Category

SOURCE: dict[str, Any] = {"address": "https://acme.example/docs/errors", "read": date(2026, 11, 25), "evidence": "documented"}
NO_CREDIT = "HTTP 402: your acme balance is empty"
TOO_FAST = "HTTP 429: acme says slow down"
UNKNOWN = "HTTP 418: the frobnicator failed"


def words(text: str) -> dict[str, str]:
    return {"en": text, "zh": f"{text}（中文）"}


def steps(*texts: str) -> dict[str, list[str]]:
    return {"en": list(texts), "zh": [f"{text}（中文）" for text in texts]}


def advice_data() -> dict[str, Any]:
    """One complete `[[advice]]` entry for any wallet and actor."""
    return {
        "summary": words("Summary for {provider}"),
        "meaning": words("Meaning"),
        "cause": words("Cause at {relay}"),
        "who_acts": words("Who acts"),
        "solution": steps("First step", "Second step in {app}"),
        "prevention": steps("Prevention"),
    }


def party_data(name: str = "acme", role: str = "provider") -> dict[str, Any]:
    return {
        "name": name,
        "label": name.title(),
        "role": role,
        "hosts": [f"api.{name}.example"],
        "mark": [{"text": rf"\b{name}\b"}],
        "source": dict(SOURCE),
    }


def rule_data(text: str = "acme balance is empty", category: str = "credit_exhausted") -> dict[str, Any]:
    return {
        "category": category,
        "provider": "acme",
        "title": words(f"Defect: {category}"),
        "match": [{"text": [text]}],
        "example": [{"text": f"402 your {text}"}],
        "source": dict(SOURCE),
    }


def rules() -> dict[str, Rule]:
    found = (
        read_rule(rule_data(), "acme", "no-credit"),
        read_rule(rule_data("acme says slow down", "rate_limited"), "acme", "too-fast"),
    )
    return {rule.id: rule for rule in found}


def parties() -> dict[str, Party]:
    return {name: read_party(party_data(name, role), f"{name}.toml") for name, role in (("acme", "provider"), ("resale", "relay"))}


def advice() -> dict[Category, list[Advice]]:
    return {
        category: read_advice({"category": category.value, "advice": [advice_data()]}, f"advice/{category.value}.toml")
        for category in Category
    }


def catalogue() -> Catalogue:
    return Catalogue(parties(), rules(), advice(), {})
