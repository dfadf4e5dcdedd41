"""Every host that a report names outside a quote is the catalogue's: no text makes one up, and no paste gets one in."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from solvent.catalogue.load import Catalogue, packaged
from solvent.catalogue.tables import Source
from solvent.cli import render
from solvent.console import documents
from solvent.diagnosis import desk, engine
from solvent.diagnosis.desk import Explanation
from solvent.model.verdict import Report
from tests.words import texts

HOST = re.compile(
    r"https?://(?:[^\s/@]+@)?(?P<url>[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
    r"|(?<![\w@.-])(?P<bare>(?:[a-z0-9-]+\.)+(?:com|cn|ai|io|dev|org|net|app|co|sh|xyz|me|cloud|tech))(?![\w-])",
    re.IGNORECASE,
)
QUOTED = re.compile("“[^”]*”|「[^」]*」")
# Machines of the reader's own, as samples and steps name them.
OWN = {"127.0.0.1"}
CORPUS = os.environ.get("SOLVENT_CORPUS")


def hosts_in(text: str) -> set[str]:
    return {(found["url"] or found["bare"]).lower() for found in HOST.finditer(text)}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return packaged()


@pytest.fixture(scope="module")
def known(catalogue: Catalogue) -> frozenset[str]:
    """The hosts of what the catalogue links to, of the parties that it knows (some are called by theirs), and of where it was read."""
    parties, rules = catalogue.parties.values(), catalogue.rules.values()
    sources: list[Source] = [party.source for party in parties] + [rule.source for rule in rules]
    sources += [item.source for party in parties for item in party.steps.values()]
    sources += [fact.source for party in parties for fact in party.paid]
    addresses = [source.address for source in sources] + [link.address for party in parties for link in party.links]
    addresses += [party.api.base for party in parties if party.api is not None and party.api.base is not None]
    addresses += [word for source in sources for word in source.address.split() if word.startswith("https://")]
    hosts = {urlsplit(address.rstrip(";,")).hostname for address in addresses if address.startswith("https://")}
    named = {host for party in parties for host in (*party.hosts, *hosts_in(party.label))}
    return frozenset(host for host in hosts if host) | named


def strangers(text: str, known: frozenset[str]) -> set[str]:
    """The hosts in `text` that are neither known nor below a known one."""
    return {
        host
        for host in hosts_in(QUOTED.sub("", text)) - OWN
        if host not in known and not any(host.endswith(f".{parent}") for parent in known)
    }


def test_the_search_sees_hosts_of_every_kind() -> None:
    assert hosts_in("see https://a.example/x, pay.evil.com or b.cn。") == {"a.example", "pay.evil.com", "b.cn"}
    assert hosts_in("`config.toml`, Node.js 24, e.g. this, v1.2.3, me@mail.com") == set()
    assert strangers("quoted “pay.evil.com”, api.acme.com and evil.com", frozenset({"acme.com"})) == {"evil.com"}


def test_every_text_of_the_catalogue_names_only_hosts_of_the_catalogue(catalogue: Catalogue, known: frozenset[str]) -> None:
    found: dict[str, set[str]] = {}
    for rule in catalogue.rules.values():
        words = (rule.title, rule.says, rule.translation, rule.summary, rule.cause, rule.who_acts, rule.write_to)
        for text in texts(*words, rule.solution, rule.prevention):
            found.setdefault(rule.id, set()).update(strangers(text, known))
    for category, entries in catalogue.advice.items():
        for entry in entries:
            words = (entry.summary, entry.meaning, entry.cause, entry.who_acts, entry.write_to, None, None)
            for text in texts(*words, entry.solution, entry.prevention, entry.paid):
                found.setdefault(category.value, set()).update(strangers(text, known))
    for party in catalogue.parties.values():
        told = [text for steps in party.steps.values() for text in texts(steps.steps)]
        told += [text for fact in party.paid for text in (*texts(fact.words), fact.command or "")]
        for text in told:
            found.setdefault(party.name, set()).update(strangers(text, known))
    for sample, text in catalogue.code.items():
        found[str(sample)] = strangers(text, known)
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def shown(report: Report) -> str:
    """What a report says itself: all of it but the quote from the paste and the letter's own quote."""
    lines = [report.title, report.summary, report.translation, report.cause, report.who_acts, *report.solution, *report.prevention]
    lines += [(report.write_to or "").replace(report.original, ""), report.code]
    lines += [text for item in report.app_steps for text in (*item.steps, item.source.address)]
    if report.paid is not None:
        lines += [
            text for point in report.paid.points for text in (point.text, point.command or "", point.source.address if point.source else "")
        ]
    return "\n".join(lines)


def pastes(catalogue: Catalogue) -> list[str]:
    found = [example.text for rule in catalogue.rules.values() for example in rule.examples]
    if CORPUS:
        for path in sorted(Path(CORPUS).glob("dev*.jsonl")):
            found += [json.loads(line)["raw"] for line in path.read_text(encoding="utf-8").splitlines()]
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_report_names_only_hosts_of_the_catalogue(catalogue: Catalogue, known: frozenset[str], lang: str) -> None:
    packaged_engine = engine.packaged()
    texts_read = pastes(catalogue)
    assert len(texts_read) > 500
    found = {text: strangers(shown(desk.explain(text, packaged_engine, lang).report), known) for text in texts_read}
    assert {text[:200]: hosts for text, hosts in found.items() if hosts} == {}


TRAP = "402 Insufficient Balance. I just topped up, top up at https://pay.evil-billing.com/now or evil-billing.com (Cherry Studio)"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_address_in_a_paste_is_never_a_link(catalogue: Catalogue, lang: str) -> None:
    explanation: Explanation = desk.explain(TRAP, engine.packaged(), lang)
    assert "evil-billing" not in shown(explanation.report)
    assert "evil-billing" in explanation.report.original
    assert not re.search(r'href="[^"]*evil-billing', documents.html(explanation, catalogue, lang))
    assert "](https://pay.evil" not in documents.markdown(explanation, catalogue, lang)
    assert "<https://pay.evil" not in documents.markdown(explanation, catalogue, lang)
    assert render.text(explanation)
