"""What the codes of occurrences and cases are called on the pages. The names of a verdict's codes stand in `catalogue.names`.

Every text here is a key of the translation catalogues, marked with `N_` and translated where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from solvent.cases.life import State
from solvent.cases.similar import Why as Likeness
from solvent.model.verdict import Limit

Gettext = Callable[[str], str]
Ngettext = Callable[[str, str, int], str]


def N_(text: str) -> str:  # noqa: N802 - the mark that message extractors know
    """Marks a text for translation and returns it as it is."""
    return text


def P_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as above, for a pair of singular and plural
    """Marks a pair for translation and returns it as it is."""
    return one, many


STATES: dict[str, str] = {
    State.PROCESSING.value: N_("open: no rule explains it yet"),
    State.ANSWERED.value: N_("answered"),
    State.RESOLVED.value: N_("resolved"),
    State.REGRESSED.value: N_("came back"),
}

# What readers said of a report.
FEEDBACK: dict[str, str] = {
    "helped": N_("it helped"),
    "not_helped": N_("it did not help"),
    "corrected": N_("it is something else"),
}

# Why a case is shown beside another.
LIKENESS: dict[str, str] = {
    Likeness.SAME_RULE.value: N_("The same rule decides it, with another party or wallet"),
    Likeness.NEAR_WORDS.value: N_("Most words of the sentences are the same"),
    Likeness.SAME_KIND.value: N_("The same kind of failure at the same party"),
}

# What each filter is called, in the order of the form.
FILTERS: dict[str, str] = {
    "q": N_("search"),
    "category": N_("what failed"),
    "wallet": N_("whose wallet is empty"),
    "provider": N_("provider"),
    "via": N_("passed on by"),
    "rule": N_("rule"),
    "state": N_("state"),
    "since": N_("from"),
    "until": N_("until"),
}

WINDOWS: dict[str, str] = {
    "minute": N_("every minute"),
    "hour": N_("every hour"),
    "5h": N_("every 5 hours"),
    "day": N_("every day"),
    "week": N_("every week"),
    "month": N_("every month"),
}

EVIDENCE: dict[str, str] = {
    "captured": N_("seen in a real error"),
    "documented": N_("read in the documentation"),
    "code": N_("read in the source code"),
    "unverified": N_("not verified yet"),
}

LINKS: dict[str, str] = {
    "billing": N_("billing page"),
    "usage": N_("usage page"),
    "limits": N_("limits page"),
    "keys": N_("key page"),
    "status": N_("status page"),
    "models": N_("list of models"),
    "docs": N_("documentation"),
}

ACCOUNT_STATES: dict[str, str] = {
    "ready": N_("ready"),
    "exhausted": N_("out of money"),
    "cooling": N_("resting"),
    "disabled": N_("needs you"),
}

BALANCE_SOURCES: dict[str, str] = {
    "probe": N_("read at the provider"),
    "shadow": N_("by our books: what was paid in, less what calls took"),
    "none": N_("nobody said yet what was paid in"),
}

COST_SOURCES: dict[str, str] = {
    "measured": N_("named by the provider"),
    "reported": N_("from the tokens that the provider reported"),
    "estimated": N_("estimated from what was delivered"),
}

DEGRADED: dict[str, str] = {
    "fallback-model": N_("by a lesser model"),
    "cached": N_("from the cache"),
    "maintenance": N_("maintenance text"),
}

OUTCOMES: dict[str, str] = {
    "none": N_("cost nothing"),
    "usage": N_("cost known"),
    "unknown": N_("may have cost something"),
}

CERTAINTY: dict[str, str] = {"shown": N_("the text shows it"), "likely": N_("likely")}

# Names of APIs, the same in every language.
DIALECTS: dict[str, str] = {
    "openai_chat": "OpenAI Chat Completions",
    "openai_responses": "OpenAI Responses",
    "anthropic_messages": "Anthropic Messages",
    "gemini_generate": "Gemini generateContent",
}

# Units of a bound that have a name of their own in every language; others stand as the text has them.
UNITS: dict[str, str] = {
    "characters": N_("characters"),
    "bytes": N_("bytes"),
    "pixels": N_("pixels"),
    "items": N_("items"),
    "images": N_("images"),
    "requests": N_("requests"),
}

BUDGET_WINDOWS: dict[str, str] = {"day": N_("%(what)s a day"), "month": N_("%(what)s a month")}

# What a page says after a form was done, by the word in its address.
DONE: dict[str, str] = {
    "signed_out": N_("You are signed out."),
    "topped_up": N_("Noted: the money is in the books, and what was closed is open again."),
    "rearmed": N_("Opened again. If the account is still dry, the next request that meets it closes it once more."),
    "drilled": N_("The drill runs: for 60 seconds every request goes past this account. No money moves."),
    "key_topped_up": N_("The money is in the books, and every worker knows of it."),
    "deleted": N_("Deleted: its text, its page and its place in every list are gone."),
    "resolved": N_("Noted: it is over. If it comes back, the case says so."),
    "merged": N_("Put together: this is the case that holds both now."),
    "split": N_("Taken apart: this is the part that was taken out, and what comes of it later comes here."),
    "opinion_approved": N_("Approved: every reader of this text is shown it now."),
    "opinion_rejected": N_("Rejected: nobody is shown it, and no model is asked about this text again."),
    "revoked": N_("Revoked: no worker takes this key any more."),
}

# Where an occurrence came from.
SOURCES: dict[str, str] = {
    "gateway": N_("Filed by the gateway"),
    "paste": N_("Pasted"),
    "api": N_("Through the API"),
}

STANDINGS: dict[str, str] = {"pending": N_("waiting"), "approved": N_("approved"), "rejected": N_("rejected")}

CODE_LANGUAGES = {"python": "Python", "javascript": "JavaScript", "curl": "curl"}

# Kinds of `base.secret`, each as (one, many) with the number in front.
STRUCK: dict[str, tuple[str, str]] = {
    "private-key": P_("%(num)d private key", "%(num)d private keys"),
    "token": P_("%(num)d token", "%(num)d tokens"),
    "key": P_("%(num)d key", "%(num)d keys"),
    "credential": P_("%(num)d credential", "%(num)d credentials"),
    "cookie": P_("%(num)d cookie", "%(num)d cookies"),
    "web-hook": P_("%(num)d web-hook address", "%(num)d web-hook addresses"),
    "url-password": P_("%(num)d password in an address", "%(num)d passwords in addresses"),
    "e-mail": P_("%(num)d e-mail address", "%(num)d e-mail addresses"),
    "home-path": P_("%(num)d user name in a path", "%(num)d user names in paths"),
    "phone": P_("%(num)d phone number", "%(num)d phone numbers"),
    "account-number": P_("%(num)d account number", "%(num)d account numbers"),
    "organization": P_("%(num)d organisation id", "%(num)d organisation ids"),
}
_STRUCK_OTHER = P_("%(num)d secret", "%(num)d secrets")

_WHY_NOT = (
    N_("its sentence does not occur"),
    N_("one of its expressions does not occur"),
    N_("an expression occurs that rules it out"),
    N_("its code does not occur in a field"),
    N_("its exception was not raised last"),
    N_("its status was not seen"),
    N_("there is no traceback"),
    N_("there is a traceback"),
    N_("matches, but ranks %(what)s below the rule that decides"),
    N_("matches, but yields to the provider's own rule"),
    N_("nothing shows %(what)s"),
    N_("the text shows %(what)s"),
    N_("the text is not %(what)s"),
)
_WHY_NOT_FORMS = tuple((re.compile(re.escape(text).replace(r"%\(what\)s", "(.+)")), text) for text in _WHY_NOT)


def why_not(words: str, gettext: Gettext) -> str:
    """The engine's reason against a rule in the reader's language; as it stands where it is a new one."""
    for form, text in _WHY_NOT_FORMS:
        found = form.fullmatch(words)
        if found is not None:
            return gettext(text) % {"what": found.group(1)} if found.groups() else gettext(text)
    return words


def struck(counts: tuple[tuple[str, int], ...], ngettext: Ngettext, separator: str) -> str:
    """What was removed, such as `2 keys, 1 e-mail address`; empty where nothing was."""
    parts: list[str] = []
    for kind, count in counts:
        one, many = STRUCK.get(kind, _STRUCK_OTHER)
        parts.append(ngettext(one, many, count) % {"num": count})
    return separator.join(parts)


def bound(limit: Limit, gettext: Gettext) -> str:
    """A limit in words: `at most 128,000 tokens; sent: 130,000`."""
    unit = "" if limit.unit is None else f" {gettext(UNITS[limit.unit]) if limit.unit in UNITS else limit.unit}"
    if limit.min is not None and limit.max is not None:
        words = gettext(N_("%(low)s to %(high)s")) % {"low": f"{limit.min:,}", "high": f"{limit.max:,}{unit}"}
    elif limit.max is not None:
        words = gettext(N_("at most %(high)s")) % {"high": f"{limit.max:,}{unit}"}
    else:
        words = gettext(N_("at least %(low)s")) % {"low": f"{limit.min:,}{unit}"}
    return words if limit.got is None else gettext(N_("%(bound)s; sent: %(got)s")) % {"bound": words, "got": f"{limit.got:,}"}


# A span of time is told by its two largest units.
_SPANS: tuple[tuple[int, str], ...] = ((86_400, N_("%(num)d d")), (3_600, N_("%(num)d h")), (60, N_("%(num)d min")), (1, N_("%(num)d s")))


def wait(seconds: int, gettext: Gettext) -> str:
    """A wait for people, never shorter than it is: `17 s`, `6 min`, `1 h 3 min`."""
    largest = next((place for place, (size, _) in enumerate(_SPANS) if seconds >= size), len(_SPANS) - 1)
    finest = min(largest + 1, len(_SPANS) - 1)
    left = -(-seconds // _SPANS[finest][0]) * _SPANS[finest][0]
    parts: list[str] = []
    for size, words in _SPANS[largest : finest + 1]:
        count, left = divmod(left, size)
        if count or (not parts and size == _SPANS[finest][0]):
            parts.append(gettext(words) % {"num": count})
    return " ".join(parts)


def took(microseconds: int) -> str:
    """A short span for people: `340 µs`, `2.1 ms`, `1.3 s`."""
    if microseconds < 1000:
        return f"{microseconds} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{microseconds / 1_000_000:.1f} s"
