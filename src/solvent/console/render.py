"""Templates to text, in one language at a time. Autoescape is on for every template but Markdown's, which has its own rules.

Everything that comes from a paste reaches a page through here as text: no filter makes a link or an element of it, save `prose`,
which only sets what stands in backticks as code.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from solvent.base.money import Money
from solvent.catalogue import names
from solvent.console import drawing, labels, language, markdown
from solvent.diagnosis.reporting.report import unsure_whose
from solvent.model.verdict import Report
from solvent.operations import instants

_FIRST_SENTENCE = re.compile(r"(.{12,}?(?:[.!?](?=\s+[A-Z])|[。！？]))\s*(.+)", re.DOTALL)
_CODE = re.compile(r"`([^`\n]{1,200})`")

# Tables of labels that templates use under their own names.
_TABLES = (
    "STATES",
    "FEEDBACK",
    "LIKENESS",
    "WINDOWS",
    "CERTAINTY",
    "DIALECTS",
    "EVIDENCE",
    "LINKS",
    "CODE_LANGUAGES",
    "ACCOUNT_STATES",
    "BALANCE_SOURCES",
    "BUDGET_WINDOWS",
    "COST_SOURCES",
    "DEGRADED",
    "OUTCOMES",
    "STANDINGS",
)


def render(template: str, lang: str, **values: Any) -> str:
    """The template filled in one of the catalogue's `LANGUAGES`."""
    return environment(lang).get_template(template).render(lang=lang, **values)


@cache
def environment(lang: str) -> Environment:
    """The templates of one language, with the words that all of them use."""
    made = Environment(
        loader=PackageLoader("solvent.console"),
        autoescape=lambda name: name is None or not name.endswith(".md"),  # noqa: S701 - Markdown alone escapes by filters of its own
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = language.translations(lang)
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "prose": prose,
        "instant": instant,
        "day": lambda when: day(when, lang),
        "plain_day": lambda when: plain_day(when, lang),
        "sentences": sentences,
        "bound": lambda limit: labels.bound(limit, texts.gettext),
        "wait": lambda seconds: labels.wait(seconds, texts.gettext),
        "took": labels.took,
        "percent": lambda share: f"{round(share * 100)} %",
        "md": markdown.text,
        "fence": markdown.fence,
        "quote": markdown.quote,
        "why_not": lambda words: labels.why_not(words, texts.gettext),
        "struck": lambda counts: labels.struck(counts, texts.ngettext, "、" if lang == "zh" else ", "),
        # A worker's journal may hold codes of another version: those stand as they are.
        "category": lambda code: names.CATEGORIES[code].of(lang) if code in names.CATEGORIES else code,
        "unsure_whose": unsure_whose,
        "wallet": lambda code: names.WALLETS[code].of(lang) if code in names.WALLETS else code,
        "actor": lambda code: names.ACTORS[code].of(lang),
        "words": lambda words: words.of(lang),
        "boxes": lambda verdict, original: drawing.boxes(verdict, original, lang),
        "abreast": drawing.abreast,
        "id_times": id_times,
        "usd": usd,
        "at_us": lambda at_us: instant(instants.instant(at_us)),
        "span_ms": lambda span_ms: f"{span_ms} ms" if span_ms < 1000 else labels.took(span_ms * 1000),
        "host": lambda address: urlsplit(address).hostname or address,
        "is_link": lambda address: address.startswith("https://"),
    }
    made.globals |= {name: getattr(labels, name) for name in _TABLES} | {"html_lang": language.HTML_CODES[lang]}
    return made


def prose(text: str) -> Markup:
    """A sentence as HTML: all of it text, what stands in backticks as code."""
    pieces, place = [], 0
    for found in _CODE.finditer(text):
        pieces += [escape(text[place : found.start()]), Markup("<code>{}</code>").format(found.group(1))]
        place = found.end()
    return Markup("").join([*pieces, escape(text[place:])])


def usd(amount: Money) -> str:
    """The exact amount as the books have it, in dollars with at least two places: `$0.10`, `−$0.000000001`."""
    text = str(amount)
    return f"−${text[1:]}" if text.startswith("-") else f"${text}"


def sentences(text: str) -> tuple[str, str]:
    """The first sentence and what follows it; a text of one sentence is followed by nothing."""
    found = _FIRST_SENTENCE.match(text)
    return (text, "") if found is None else (found.group(1), found.group(2))


def instant(when: datetime | date | str) -> Markup:
    """A point in time as `<time>`, in UTC to the second; a day as it is. A text must be ISO 8601; one that is not stays a text."""
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            return escape(when)
    if not isinstance(when, datetime):
        return Markup('<time datetime="{0}">{0}</time>').format(when.isoformat())
    in_utc = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(in_utc.strftime("%Y-%m-%dT%H:%M:%SZ"), in_utc.strftime("%Y-%m-%d %H:%M:%S"))


def plain_day(when: date, lang: str) -> str:
    """A day without its year, as people say it: `7 May`, `5月7日`."""
    return format_date(when, "M月d日" if lang == "zh" else "d MMM", locale=lang)


def day(when: date, lang: str) -> Markup:
    """A day without its year as `<time>`."""
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), plain_day(when, lang))


def id_times(request_id: Any) -> list[tuple[str, str]]:
    """Each instant of a request id and which clock it supposes: `utc`, `beijing`, or `exact` where only one reading is possible."""
    if len(request_id.times) == 1:
        return [(request_id.times[0], "exact")]
    stamp = request_id.id[:14]
    return [(when, "utc" if re.sub(r"\D", "", when)[:14] == stamp else "beijing") for when in request_id.times]


def code_choices(report: Report, code: dict[tuple[str, str, str], str], handling: str) -> list[str]:
    """The languages in which the sample of this kind of error can be had, the shown one among them."""
    return [name for name in labels.CODE_LANGUAGES if code.get((handling, name, report.code_dialect)) or name == report.code_language]
