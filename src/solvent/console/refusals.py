"""The words of every refusal, each with what happened, why, and the next step."""

from __future__ import annotations

from solvent.base.paste import PASTE_BYTES_MAX
from solvent.console.csrf import Refusal
from solvent.console.labels import N_
from solvent.console.site import Problem, gettext

_CSRF = {
    Refusal.OTHER_SITE: (
        N_("This form was sent by another site"),
        N_("A page of another address posted it, so nothing was done. If it was you: open the desk here and paste the error yourself."),
    ),
    Refusal.NO_TOKEN: (
        N_("The form came without its token"),
        N_(
            "A browser must send the hidden field `csrf` of the page, so nothing was kept. Your text is still here: press the button again."
        ),
    ),
    Refusal.STALE: (
        N_("This page was open for too long"),
        N_("A form is good for 12 hours, so nothing was kept. Your text is still here: press the button again."),
    ),
}
_OPERATOR_CSRF = {
    Refusal.OTHER_SITE: (
        N_("This form was sent by another site"),
        N_("A page of another address posted it, so nothing was done. If it was you: open the console here and do it yourself."),
    ),
    Refusal.NO_TOKEN: (
        N_("The form came without its token"),
        N_("A browser must send the hidden field `csrf` of the page, so nothing was done. Open the page again and press the button there."),
    ),
    Refusal.STALE: (
        N_("This page belongs to another session"),
        N_("It was open for more than 12 hours, or you signed in anew since. Nothing was done: open the page again and repeat it."),
    ),
}
_MISSING = {
    "paste": (
        N_("There is no such paste"),
        N_("No paste has this address. It may have been mistyped or deleted; look for it in the list, or paste the error again."),
    ),
    "occurrence": (
        N_("There is no such occurrence"),
        N_("Nothing is kept under this id, so there was nothing to delete. The list shows what there is."),
    ),
    "case": (N_("There is no such case"), N_("No case has this address. The list of cases shows those that there are.")),
    "rule": (
        N_("There is no such rule"),
        N_("No rule has this name; it may have been renamed. Paste the error to see which rule decides on it."),
    ),
    "account": (
        N_("There is no such account"),
        N_("The config holds no account of this name, so nothing was done. It may have been renamed; the list shows those that there are."),
    ),
    "key": (N_("There is no such key"), N_("No key has this id. The list shows all that were ever made, revoked ones included.")),
    "request": (
        N_("There is no such request"),
        N_("No request that is over has this id. One in flight shows here when it ends; an id of the provider is found by the search."),
    ),
    "opinion": (
        N_("There is no such opinion"),
        N_("Nothing of this id is kept; it goes when its paste is deleted. The list shows those that there are."),
    ),
    "page": (N_("There is no such page"), N_("Nothing is kept at this address. The desk is one step away.")),
}


def csrf(refusal: Refusal, lang: str) -> Problem:
    """Why a form is not taken."""
    return _problem(_CSRF[refusal], lang)


def missing(what: str, lang: str) -> Problem:
    """Nothing is there; `what` is `paste`, `occurrence`, `case`, `rule`, `account`, `key`, `request` or `page`."""
    return _problem(_MISSING[what], lang)


def operator_csrf(refusal: Refusal, lang: str) -> Problem:
    """Why a form of the console is not taken."""
    return _problem(_OPERATOR_CSRF[refusal], lang)


def wrong_token(lang: str) -> Problem:
    """The admin token is another one."""
    return _problem(
        (
            N_("This is not the admin token."),
            N_("Nobody was signed in. Copy the whole line of the file `admin-token`, or what `SOLVENT_ADMIN_TOKEN` says if it is set."),
        ),
        lang,
    )


def regrouping(lang: str) -> Problem:
    """Cases that cannot be put together or taken apart like this."""
    return _problem(
        (
            N_("The cases stay as they are"),
            N_("A case cannot be put into itself, nor can all that it is made of be taken out of it. Name another case, or another part."),
        ),
        lang,
    )


def used_form(lang: str) -> Problem:
    """The form was sent before with other content."""
    return _problem(
        (
            N_("This form was already sent"),
            N_("It was sent once with other values, and that counts; nothing was done now. Open the page again for a new form."),
        ),
        lang,
    )


def amount(lang: str) -> Problem:
    """A text that is no amount to pay in."""
    return _problem(
        (
            N_("That is not an amount to pay in"),
            N_("Write dollars as a decimal number above zero with at most nine places, such as 25 or 25.00. Nothing was booked."),
        ),
        lang,
    )


def too_much_money(lang: str) -> Problem:
    """The books cannot hold it."""
    return _problem(
        (
            N_("The books do not take this amount"),
            N_("It is more than they can hold, about nine billion dollars in all. Nothing was booked; pay in less."),
        ),
        lang,
    )


def no_balance(lang: str, *, revoked: bool) -> Problem:
    """The key cannot be paid into."""
    if revoked:
        words = (N_("This key is revoked"), N_("Nobody could spend the money any more, so nothing was booked. Make a new key."))
        return _problem(words, lang)
    words = (
        N_("This key has no balance of its own"),
        N_("Its budgets alone limit it, so there is nothing to pay into. Make a key with a balance to prepay."),
    )
    return _problem(words, lang)


def not_confirmed(lang: str) -> Problem:
    """The box that confirms was not ticked."""
    return _problem(
        (N_("The key still works"), N_("Revoking cannot be undone, so the box below the question must be ticked first. Nothing was done.")),
        lang,
    )


def not_a_form(lang: str) -> Problem:
    """The body is of another kind."""
    return _problem(
        (
            N_("This is not a form"),
            N_(
                "Send the error as the form field `raw`, for example: curl --data-urlencode raw@error.txt ADDRESS/e. "
                "Programs that speak JSON use /api/explain."
            ),
        ),
        lang,
    )


def broken_form(lang: str) -> Problem:
    """The form cannot be taken apart."""
    return _problem(
        (N_("The form cannot be read"), N_("Its encoding is broken or it has too many fields. Send it again from the desk's page.")), lang
    )


def feedback(lang: str) -> Problem:
    """The word is none that we know."""
    return _problem(
        (
            N_("That is no answer to the question"),
            N_("The field `feedback` must be `helped` or `not_helped`. Use the buttons below the report."),
        ),
        lang,
    )


def standing(lang: str) -> Problem:
    """The word is none that a person can say of an opinion."""
    return _problem(
        (
            N_("That is no answer to the question"),
            N_("The field `standing` must be `approved` or `rejected`. Use the buttons of the list."),
        ),
        lang,
    )


def paste(raw: str | None, lang: str) -> tuple[int, Problem]:
    """The status and the words for a text that the desk does not read."""
    if not (raw or "").strip():
        return 400, _problem((N_("There is nothing to explain."), N_("The text is empty. Paste the error message into the box.")), lang)
    if raw is not None and len(raw.encode("utf-8", "replace")) > PASTE_BYTES_MAX:
        words = (N_("That is too much text."), N_("At most %(size)d KiB are read. Leave only the error and the lines around it."))
        return 413, _problem(words, lang, size=PASTE_BYTES_MAX // 1024)
    return 400, _problem((N_("This is not text."), N_("It looks like a binary file. Paste the error message as text.")), lang)


def deletion(lang: str) -> Problem:
    """The secret of a link that deletes is another one."""
    return _problem(
        (
            N_("This link does not delete this paste"),
            N_("Its secret is not the one that was given when the paste was filed, or was cut off. Nothing was done: copy the whole link."),
        ),
        lang,
    )


def deletion_not_confirmed(lang: str) -> Problem:
    """The box that confirms a deletion was not ticked."""
    return _problem(
        (N_("It is still there"), N_("Deleting cannot be undone, so the box above the button must be ticked first. Nothing was done.")),
        lang,
    )


def _problem(words: tuple[str, str], lang: str, **values: object) -> Problem:
    title, text = words
    return Problem(gettext(lang, title), gettext(lang, text, **values))
