"""Undoes what terminals, logs, chat windows and JSON do to an error text, so that one expression finds one sentence.

`clean` keeps the text readable and its lines apart; `flatten` makes the single line that the rules search. Both are linear in
the length of the text.
"""

from __future__ import annotations

import html
import re
import unicodedata

from solvent.base.composed import composed
from solvent.base.disguise import LINE_ESCAPE

_ANSI = re.compile(
    r"(?:\x1b|\\u001b|\\x1b|\\033|␛)\[[0-9;?]{0,16}[A-Za-z]|\x9b[0-9;?]{0,16}[A-Za-z]|\x1b\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\u00ad]")
_ENTITY = re.compile(r"&(?:quot|amp|lt|gt|apos|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
# Each begins with a backslash, not with a repetition: then the search for it jumps from one to the next.
_UNICODE_ESCAPE = re.compile(r"\\\\{0,7}u([0-9a-fA-F]{4})")
_ESCAPED = re.compile(r"\\\\{0,7}([\"'/_`*\[\]<>])")
_STEERS = ("\x1b", "\x9b", "␛", "\\u001b", "\\x1b", "\\033")
# Frames, borders and quote marks that begin a line in terminals, chats and Markdown; they would split a wrapped sentence.
_LINE_FRAME = re.compile(r"^[ \t]*(?:[│┃║▌⎿>#]|//|\|(?=\s))[ \t]?|[ \t][│┃║][ \t]*$", re.MULTILINE)
# A log that prints in columns sets its stamp before each line of one message, a comment in C's manner a star.
_STAMP, _STAMP_BLANKS = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[0-9.,]{0,10}Z?[ \t]{8,200}", re.MULTILINE), " " * 8
_STAR = re.compile(r"^ \*[ \t]", re.MULTILINE)

# What a program may say to each status, as a debugger shows its variables: of these at most one was said.
_SAID_TO_EACH = re.compile(r"(?:[\"']?\b[1-5]\d\d[\"']?\s?:\s?(?:'[^'\n]{1,160}'|\"[^\"\n]{1,160}\")\s?,?\s?){3,}")

# Whom a program calls instead has not said what went before.
_INSTEAD = re.compile(
    r"\b((?:fall(?:s|ing)?|fell|switch(?:es|ed|ing)?)(?: (?:through|back|over))? to) (?:the |an? )?"
    r"[`'\"]?[A-Za-z][\w./:-]{1,60}[`'\"]?(?<![.:])",
    re.IGNORECASE,
)
_INSTEAD_SIGNS = ("witch", "falls ", "falling ", "fall ", "fell ")
# A string that Node prints as a sum of its lines; a log may have put its own word in front of each.
_SUM = re.compile(r"(?P<mark>['\"])[ \t]{0,4}\+[ \t]{0,4}\n(?:[^\s'\"]{1,60}[ \t])?[ \t]{0,60}(?P=mark)")

_WRAP_MIN, _WRAP_MAX = 40, 240
# So many signs at their beginning make two lines alike.
_ALIKE = 8
# A line that ends in one of these was wrapped between words.
_WHOLE_WORDS = frozenset(
    """a about after all also an and any are as at be been before being but by can cannot could did do does for from had has have how if
    in into is it its many may more must no not now of on one only or other our over per please see should so some such than that the
    their them then there these they this those through to too under until up use using via was we were what when where which while
    will with would you your""".split()  # noqa: SIM905 - a list of words is read as one
)


def printable(raw: str) -> str:
    """The text without escapes of terminals and control characters, so that it can neither hide a secret nor steer a terminal."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").isprintable():
        text = CONTROL.sub("", _ANSI.sub("", text))
    return text


def clean(raw: str) -> str:
    """The paste without escapes of terminals, control characters and entities.

    Strings that are printed as a sum of their lines and the words of hard-wrapped lines are rejoined.
    """
    text = unsteered(printable(raw))
    if "&" in text and _ENTITY.search(text):
        text = CONTROL.sub("", html.unescape(text))
    if "+\n" in text or "+ \n" in text:
        text = _SUM.sub("", text)
    return _rejoin(text) if "\n" in text else text


def flatten(text: str) -> str:
    """The one line that rules search: escapes resolved at any depth, frames dropped, white space folded."""
    flat = text
    if "\n" in flat:
        flat = _LINE_FRAME.sub(" ", flat)
        if _STAMP_BLANKS in flat:
            flat = _STAMP.sub(" ", flat)
        if "\n * " in flat:
            flat = _STAR.sub(" ", flat)
    if "\\" in flat:
        flat = _UNICODE_ESCAPE.sub(_from_code_point, flat)
        flat = LINE_ESCAPE.sub(" ", flat)
        flat = _ESCAPED.sub(r"\1", flat)
    if "  " in flat or not flat.isprintable() or flat != flat.strip():
        flat = " ".join(flat.split())
    if "401" in flat and ("400" in flat or "403" in flat or "404" in flat):
        flat = " ".join(_SAID_TO_EACH.sub(" ", flat).split())
    if " to " in flat and any(map(flat.__contains__, _INSTEAD_SIGNS)):
        flat = _INSTEAD.sub(r"\1 another", flat)
    return flat if flat.isascii() else composed(flat)


def lowered(text: str) -> str:
    """The text in small letters, each in its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(char.lower()[0] for char in text)


def unsteered(text: str) -> str:
    """The text without escapes of terminals, as `clean` drops them."""
    signs = _STEERS if "\\" in text else _STEERS[:3]
    return _ANSI.sub("", text) if any(map(text.__contains__, signs)) else text


def unescaped(text: str) -> str:
    """The text with code points resolved that are written as escapes, as `flatten` resolves them."""
    return _UNICODE_ESCAPE.sub(_from_code_point, text)


def _from_code_point(found: re.Match[str]) -> str:
    return character(int(found.group(1), 16))


def character(code: int) -> str:
    """The character of a code point; a space where it would steer a terminal, turn the writing direction or be half of a pair."""
    return " " if 0xD800 <= code < 0xE000 or CONTROL.match(chr(code)) else chr(code)


def _width(line: str) -> int:
    """Columns that a terminal gives the line: East Asian wide characters take two."""
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def _rejoin(text: str) -> str:
    """Joins lines that a terminal cut at a fixed column in mid-word.

    A column counts as a terminal's edge where at least one line ends exactly there in a word character or a quote, no line is
    wider, and the next line goes on without indent.
    """
    lines = text.split("\n")
    widths = [_width(line) for line in lines if len(line) <= _WRAP_MAX]
    if len(widths) != len(lines):
        return text
    edge = max(widths)
    if not _WRAP_MIN <= edge <= _WRAP_MAX:
        return text
    at_edge = [
        index
        for index in range(len(lines) - 1)
        if widths[index] == edge and lines[index + 1] and not lines[index + 1][0].isspace() and not lines[index].endswith((".", ":", ";"))
    ]
    # A single long line among short ones says nothing about an edge unless the cut falls inside a word on both sides.
    if len(at_edge) < 2:
        at_edge = [
            index
            for index in at_edge
            if lines[index][-1].isalnum()
            and lines[index + 1][0].isalnum()
            and "{" in text
            and lines[index].rsplit(" ", 1)[-1].lower() not in _WHOLE_WORDS
            # Lines that begin alike are a list.
            and lines[index][:_ALIKE] != lines[index + 1][:_ALIKE]
        ]
    if not at_edge:
        return text
    joined = set(at_edge)
    pieces: list[str] = []
    for index, line in enumerate(lines):
        pieces.append(line)
        if index < len(lines) - 1 and index not in joined:
            pieces.append("\n")
    return "".join(pieces)
