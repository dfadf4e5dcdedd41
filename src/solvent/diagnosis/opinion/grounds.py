"""What a model's words may name: everything that the catalogue says to readers, and everything in the paste. Nothing else is known.

The examples of rules are left out: they are other people's errors, with hosts and names that nobody vouches for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from solvent.base.composed import composed
from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule
from solvent.catalogue.tables import Steps, Words

# One run of a machine's name: letters, digits and what joins them. Foreign letters count, so that a look-alike is one run too.
RUN = re.compile(r"[A-Za-z0-9_.:/@%+~#=&?*\\|^\[\]{}<>$ƒ-]+")
_PIECE = re.compile(r"[A-Za-z0-9_.@%+~*$ƒ-]+")
_MEMBER = re.compile(r"(?<=\.)[A-Za-z_][A-Za-z0-9_]{3,}(?![\w.-])")
_WORD = re.compile(r"[A-Za-z]+")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_TRIM = ".:?!*|~^\\&=<>[]{}#+/_-"
_TRIM_END = _TRIM.replace("*", "")
_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ed", ""),
    ("ed", "e"),
    ("d", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("er", ""),
)
# Letters of these scripts stand in Chinese and English texts; every other one is a stranger, and may be a look-alike.
_CJK = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff〇々]")
_HOLLOW = re.compile("[ᅟᅠㅤﾠ⠀︀-️\U000e0100-\U000e01ef]")

# Currencies and what limits are counted in: each with the names that it goes by.
_UNITS = {
    "usd": r"usd|us\$|dollars?|bucks?|美元|美金|刀",
    "cent": r"cents?|美分",
    "eur": r"eur|euros?|欧元",
    "gbp": r"gbp|pounds?|英镑",
    "cny": r"cny|rmb|yuan|人民币|块钱?|元",
    "jiao": r"角钱?|毛钱?|分钱",
    "coin": r"hkd|jpy|sgd|krw|usdt|btc|eth|bitcoins?|yen|won|rubles?|rupees?|港币|港元|日元|韩元|新币|卢布|比特币",
    "percent": r"%|％|percent",
    "token": r"tokens?|tpm",
    "credit": r"credits?|points?|点数?|积分|额度",
    "request": r"requests?|calls?|rpm|rps|qps|次",
}
_SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "cny", "￥": "cny", "₿": "btc", "₹": "inr", "₩": "krw"}
_NUMBER = r"\d[\d,]*(?:\.\d+)?(?:\s?(?:k|m|万|亿|百万|thousand|million)(?![A-Za-z]))?"
# No amount has more words than twelve: without a bound every word of a long row would begin one that goes on to its end.
_SPELT = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|eighty|ninety|hundred|thousand"
    r"|million)[\s-]){1,12}|[一二两三四五六七八九十百千万亿半几]{1,12}\s?"
)
_COINS = "usd|cent|eur|gbp|cny|jiao|coin"
_CODES = r"usd|us\$|eur|gbp|cny|rmb|hkd|jpy|usdt|人民币|美元|美金"
AMOUNT = re.compile(
    rf"(?P<sign>[$€£¥￥₿₹₩])\s?(?P<signed>{_NUMBER})"
    rf"|(?<![A-Za-z])(?P<code>{_CODES})[\s:：]{{0,2}}(?P<coded>{_NUMBER})"
    rf"|(?<![A-Za-z0-9.,_-])(?P<number>{_NUMBER})\s?(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _UNITS.items())})(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?P<spelt>{_SPELT})(?:{'|'.join(_UNITS[coin] for coin in _COINS.split('|'))})(?![A-Za-z])",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    """The text as one composed line without characters that nobody sees."""
    kept = (
        " " if char.isspace() else char
        for char in composed(text)
        if char.isspace() or not (unicodedata.category(char)[0] == "C" or _HOLLOW.match(char))
    )
    return " ".join("".join(kept).split())


def shape(text: str) -> str:
    """The text of the same length with Chinese letters as `、` and strange letters as `ƒ`, so that names of machines stand out."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _shaped(char) for char in text)


@cache
def _shaped(char: str) -> str:
    if _CJK.match(char):
        return "、"
    plain = unicodedata.normalize("NFKC", char)
    kind = unicodedata.category(char)[0]
    # Also what a sign is made of: a letter in a circle is one that somebody reads.
    hidden = plain != char and any(sign.isascii() and sign.isalnum() for sign in plain)
    joint = char not in "％＋：；，！？（）～＝＜＞＂＇" and len(plain) == 1 and plain in "./\\@-_%$#"
    if kind in "LMN" or hidden or joint or "🇦" <= char <= "🇿":
        return "ƒ"
    return char


def folded(text: str) -> str:
    """What counts as the same wherever phrases are compared: visible, blanks as one, in small letters."""
    return visible(text).casefold()


def trimmed(run: str) -> tuple[int, int]:
    """Where in a run its name begins and ends: the punctuation of a sentence is no part of it, the dash of an option is."""
    end = len(run.rstrip(_TRIM_END))
    start = len(run) - len(run.lstrip(_TRIM))
    while 0 < start < end and run[start - 1] in "-_/.":
        start -= 1
    return min(start, end), end


def amounts(text: str) -> Iterator[tuple[int, int, str]]:
    """Each amount of a text with its place and what it is worth comparing by: `5 usd` for `$5.00` and `5 美元`."""
    for found in AMOUNT.finditer(text):
        if found["sign"]:
            number, unit = found["signed"], _SIGNS[found["sign"]]
        elif found["code"]:
            number = found["coded"]
            unit = next(name for name, words in _UNITS.items() if re.fullmatch(words, found["code"], re.IGNORECASE))
        elif found["spelt"]:
            number, unit = folded(found.group()), "spelt"
        else:
            number = found["number"]
            unit = next(name for name in _UNITS if found[name])
        plain = number.replace(",", "").replace(" ", "").casefold()
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        yield found.start(), found.end(), f"{plain} {unit}"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one source names. `runs` are names of machines, whole and in parts; `words` are Latin words; `flat` is all of it, folded."""

    runs: frozenset[str]
    words: frozenset[str]
    amounts: frozenset[str]
    flat: str

    def phrase(self, text: str) -> bool:
        """Whether the text stands there as it is, up to blanks and capitals, and not as a part of a longer name."""
        wanted = folded(text)
        at = self.flat.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if not (_joins(self.flat[max(at - 2, 0) : at][::-1], wanted[:1]) or _joins(self.flat[end : end + 2], wanted[-1:])):
                return True
            at = self.flat.find(wanted, at + 1)
        return False

    def word(self, word: str) -> bool:
        """Whether the Latin word is used there, in this form or a near one."""
        plain = word.casefold()
        if plain in self.words:
            return True
        if any(plain.endswith(ending) and plain[: len(plain) - len(ending)] + rest in self.words for ending, rest in _ENDINGS):
            return True
        return any(plain + ending in self.words for ending in ("s", "es", "d", "ed", "ing", "ly"))


def _joins(beyond: str, edge: str) -> bool:
    """Whether the name goes on beyond the edge of a phrase; `beyond` are the next two characters, the nearest first."""
    if not edge.isascii() or not edge.isalnum() or not beyond.isascii():
        return False
    return beyond[:1].isalnum() or beyond[:1] == "_" or (beyond[:1] in "-./@%" and beyond[1:].isalnum())


def of_text(text: str) -> Grounds:
    """What a paste names."""
    return _grounds([text])


def of_catalogue(catalogue: Catalogue) -> Grounds:
    """What the catalogue says to readers: some hundred thousand words, so once for a catalogue is enough."""
    return _grounds(_told(catalogue))


def _grounds(texts: Iterable[str]) -> Grounds:
    lines = [visible(line) for text in texts for line in text.splitlines()]
    runs: set[str] = set()
    words: set[str] = set()
    for line in lines:
        shaped = shape(line)
        for found in RUN.finditer(shaped):
            runs |= _parts(line[found.start() : found.end()], found.group())
        words |= {word.casefold() for word in _WORD.findall(line)}
    return Grounds(
        runs=frozenset(runs),
        words=frozenset(words),
        amounts=frozenset(amount for line in lines for _, _, amount in amounts(line)),
        flat="\n".join(line.casefold() for line in lines),
    )


def _parts(run: str, shaped: str) -> set[str]:
    """A run, its name without punctuation, without a scheme, and each piece of it."""
    start, end = trimmed(shaped)
    name = run[start:end].casefold()
    found = {name, _SCHEME.sub("", name)}
    bare = _SCHEME.sub("", name)
    host, slash, rest = bare.partition("/")
    if slash:
        path = f"/{rest}"
        found |= {host, path, path.partition("?")[0], path.rstrip("/")}
    for piece in _PIECE.finditer(shaped):
        begin, stop = trimmed(piece.group())
        found.add(run[piece.start() + begin : piece.start() + stop].casefold())
        # `InternalServerError` of `openai.InternalServerError`.
        found |= {part.casefold() for part in _MEMBER.findall(run[piece.start() : piece.end()])}
    return found - {""}


def _told(catalogue: Catalogue) -> Iterator[str]:
    for rule in catalogue.rules.values():
        yield from _of_rule(rule)
    for entries in catalogue.advice.values():
        for entry in entries:
            texts: tuple[Words | Steps | None, ...] = (entry.meaning, entry.summary, entry.cause, entry.who_acts, entry.write_to)
            yield from _spoken((*texts, entry.solution, entry.prevention))
    for party in catalogue.parties.values():
        yield from (party.name, party.label, *party.hosts)
        yield from (link.address for link in party.links)
    yield from catalogue.code.values()


def _of_rule(rule: Rule) -> Iterator[str]:
    texts = (rule.title, rule.says, rule.translation, rule.summary, rule.cause, rule.who_acts, rule.write_to)
    yield from _spoken((*texts, rule.solution, rule.prevention))
    if rule.source.address.startswith("https://"):
        yield rule.source.address


def _spoken(texts: Iterable[Words | Steps | None]) -> Iterator[str]:
    for text in texts:
        if isinstance(text, Words):
            yield from (text.en, text.zh)
        elif text is not None:
            yield from (*text.en, *text.zh)
