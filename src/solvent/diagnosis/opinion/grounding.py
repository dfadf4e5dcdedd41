"""Strikes from a model's words whatever names something that neither the catalogue nor the paste names.

A model writes well and invents freely: addresses, packages, parameters, models, prices, menus. Its sentences may pass, its names only
where somebody else vouches for them. What is not plainly a word is taken for a name, so what is wrongly struck costs a word, and what
is wrongly kept would cost a reader's trust. One sentence is judged at a time, so a stream shows none before it was judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solvent.catalogue.tables import Words
from solvent.diagnosis.attempt import striking
from solvent.diagnosis.opinion import grounds as sources
from solvent.diagnosis.opinion.grounds import RUN, Grounds, shape, trimmed, visible
from solvent.diagnosis.opinion.plain_words import is_plain

MARK = Words(en="⟦struck⟧", zh="⟦已删⟧")
_BRACKETS = str.maketrans({"⟦": "[", "⟧": "]"})

# A sentence ends before a capital, a figure or Chinese; what goes on in small letters may be the rest of an address.
_SENTENCE_END = re.compile(r"(?:[.!?][\"'”’)]*\s+(?=[A-Z0-9\"“‘(⟦㐀-鿿])|[。！？][”’」）]*(?=\s*(?![a-z])\S))\s*")

_CLAUSE = r"[^,，;；。！!？?\n]"
_CODE = re.compile(r"```(?:.*?```|.*)|`[^`]*(?:`|$)", re.DOTALL)
_MARKUP = re.compile(r"<[/!A-Za-z][^<>]*(?:>|$)|&#?[A-Za-z0-9]{1,10};")
_QUOTED = re.compile(
    r"“([^”]*)(?:”|$)|\"([^\"]*)(?:\"|$)|「([^」]*)(?:」|$)|『([^』]*)(?:』|$)|‘([^’]*)(?:’|$)|【([^】]*)(?:】|$)|(?<!\w)'([^']+)'(?!\w)"
)
_ARROW = re.compile(rf"(?:->|=>|>|→|➔|➜|⇒|›|»|▸|▶){_CLAUSE}*")
_CLAUSE_END = ",，;；。！!？?\n"
# What stands for the dot of an address that is written apart.
_DOT = (
    r"(?:\s+[.。．｡․·•]\s*|\s*[．｡․]\s*|\s*[\[({<【（]\s*(?:\.|(?i:dot)|点)\s*[\])}>】）]\s*|\s+(?i:dot)\s+"
    r"|[.。]\s+(?=ENDING)|。(?=ENDING)|\s*点\s*(?=ENDING))"
)
# Endings of addresses that are no words of a sentence, in small letters as nobody begins a sentence.
_ENDING = r"(?:com|net|org|io|ai|cn|dev|app|xyz|top|cc|tech|cloud|site|online|shop|club|info|biz|vip|pro|co|uk|de|hk|tw|jp)(?![A-Za-z0-9-])"
_SPREAD = re.compile(
    rf"[A-Za-z0-9ƒ][A-Za-z0-9ƒ_.-]*(?:{_DOT.replace('ENDING', _ENDING)}[A-Za-z0-9ƒ_-]+(?:\.[A-Za-z0-9ƒ_-]+)*)+(?:\s*[/:]\s*[\w./-]+)*"
)
_LETTER_BY_LETTER = re.compile(r"(?<![A-Za-z0-9.])(?:[A-Za-z0-9.]\s+){3,}[A-Za-z0-9.](?![A-Za-z0-9])")
_ARGUMENT = (
    r"(?!(?:to|and|or|is|are|was|the|for|with|from|in|on|of|command|request|call|client|again|it|as|by|that|itself)\b)[\w./~\"'$<@-]"
)
_INSTALLERS = (
    r"(?:pip3?|uv|poetry|conda|npm|pnpm|yarn|bun|brew|apt|apt-get|yum|dnf|apk|go|cargo|gem|docker|docker-compose|git|claude|codex"
    r"|python3?(?: -m)?)"
)
_ACTS = (
    r"(?:install|add|i|get|run|exec|pull|push|clone|update|upgrade|uninstall|remove|login|config|mcp|build|pip|-{1,2}\w[\w-]*|\S+\.py)"
    r"(?![A-Za-z])"
)
_COMMANDS = (
    rf"(?:sudo|npx|pipx|curl|wget|chmod|nslookup|kubectl|systemctl|setx|powershell)\s+{_ARGUMENT}{_CLAUSE}*",
    rf"{_INSTALLERS}\s+{_ACTS}{_CLAUSE}*",
    rf"(?:export|set|unset|env)\s+\$?[A-Z][A-Z0-9_]+{_CLAUSE}*",
    r"from\s+[\w.]+\s+import\s+[\w.*{} ]+",
    r"import\s+(?!(?:the|your|a|an|it|them|this|that|its|all|any|from|of|and|or)\b)[\w.*{}]+(?:\s+(?:as|from)\s+[\w.'\"]+)?",
    r"require\s*\([^)]*\)?",
)
_COMMAND = re.compile("|".join(rf"(?<![A-Za-z0-9_-]){command}" for command in _COMMANDS))
_UI_EN = re.compile(
    r"(?i:\b(?:click|tap|press|open|select|choose|go to|navigate to|head to|visit|switch to|under|via)\s+(?:on\s+|the\s+|your\s+)*)"
    r"((?:[A-Z][\w&'-]*)(?:\s+(?:[A-Z&][\w&'-]*|of|and))*)"
)
_UI_ZH = re.compile(
    r"(?:点击|点按|单击|点选|打开|进入|选择|前往|访问|切换到|勾选|找到|在)([^，。；,;、的]{1,16}?(?:按钮|菜单|页面|选项卡|选项|标签页?|栏目|栏|面板|中心|控制台|后台))"
)
_LATIN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]{1,2})?")
_PLAIN_RUN = re.compile(r"[A-Za-z]+")
_HYPHENATED = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]{2,}")
_ABBREVIATIONS = frozenset({"e.g", "i.e", "a.m", "p.m", "and/or", "etc", "vs", "a.k.a"})
_FEW_CALLS = re.compile(r"\d request")
_LABEL = re.compile("、{0,12}$")
_NAMED = (
    r"use|using|install|installing|try|adopt|set|setting|pass|passing|enable|disable|add|named|called|via|with|upgrade|switch to"
    r"|package|library|module|plugin|extension|tool|parameter|option|flag|field|header|variable|model|command|function|method|class|endpoint"
)
_KINDS = (
    r"package|library|lib|module|framework|wrapper|utility|tool|plugin|extension|add-on|sdk|cli|parameter|param|option|flag|field|header|variable|endpoint|model|function|method|class"
    r"|command|plan|tier|website|site|app|service|provider|platform"
)
_AFTER = re.compile(rf"(?i:\b(?:{_NAMED})\s+(?:(?:the|a|an|your|its)\s+)?)([A-Za-z]+)(?![\w-])")
_BEFORE = re.compile(rf"(?<![\w-])([A-Za-z]+)(?i:\s+(?:{_KINDS})s?\b)")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text; `struck` and `quoted` count what was taken out, and the addresses of the paste that stand in quotes."""

    text: str
    struck: int = 0
    quoted: int = 0


def sentences(text: str, *, whole: bool = True) -> tuple[str, ...]:
    """The sentences of a text. Of one that is not `whole` yet the last is held back: it may go on."""
    line = visible(text)
    found, place = [], 0
    for end in _SENTENCE_END.finditer(line):
        # A quote or code that is open goes on.
        if line.count("`", place, end.start()) % 2 == 0:
            found.append(line[place : end.end()].strip())
            place = end.end()
    if whole and line[place:].strip():
        found.append(line[place:].strip())
    return tuple(found)


class Checker:
    """Judges words by what the catalogue and one paste name, in the language that they are written in."""

    def __init__(self, catalogue: Grounds, paste: Grounds, lang: str) -> None:
        self._catalogue = catalogue
        self._paste = paste
        self._lang = lang
        self._mark = MARK.of(lang)

    def joined(self, parts: Iterable[str]) -> str:
        """Checked sentences as one text."""
        return ("" if self._lang == "zh" else " ").join(parts)

    def says_anything(self, text: str) -> bool:
        """Whether a checked text has a word beside the marks of what was struck."""
        return re.search(r"\w", text.replace(self._mark, "")) is not None

    def sentence(self, sentence: str, *, advice: bool = False) -> Checked:
        """One sentence. `advice`: it tells the reader what to do, so commands and addresses must be the catalogue's."""
        line = visible(sentence.translate(_BRACKETS))
        shaped = shape(line)
        wrong = list(self._wrong(line, shaped, advice=advice))
        if advice:
            # An address in a paste never becomes advice.
            wrong += self._hosts(line, shaped, 0, len(line))
        wrong.sort()
        pieces: list[str] = []
        place = struck = quoted = 0
        for start, end in _merged(wrong):
            words, seen = self._quoted(line, shaped, place, start)
            pieces += [words, self._mark]
            place, struck, quoted = end, struck + 1, quoted + seen
        words, seen = self._quoted(line, shaped, place, len(line))
        return Checked("".join([*pieces, words]).strip(), struck, quoted + seen)

    def _wrong(self, line: str, shaped: str, *, advice: bool) -> Iterator[tuple[int, int]]:
        """The places of everything that nobody vouches for."""
        for start, end, words in _claims(line, shaped):
            if not self._stands(words.strip(" ")):
                yield start, end
        for start, end, words in _orders(line, shaped):
            if not self._stands(words.strip(" "), advice=advice):
                yield start, end
        vouched: list[tuple[int, int]] = []
        for start, end, amount in sources.amounts(line):
            if amount in self._paste.amounts or amount in self._catalogue.amounts or _FEW_CALLS.fullmatch(amount):
                vouched.append((start, end))
            else:
                yield start, end
        for start, end in self._wrong_runs(line, shaped):
            if not any(first <= start and end <= last for first, last in vouched):
                yield start, end
        yield from self._wrong_words(line, shaped)

    def _stands(self, words: str, *, advice: bool = False) -> bool:
        return not words or self._catalogue.phrase(words) or (not advice and self._paste.phrase(words))

    def _wrong_runs(self, line: str, shaped: str) -> Iterator[tuple[int, int]]:
        for found in RUN.finditer(shaped):
            start, end = trimmed(found.group())
            name, form = line[found.start() + start : found.start() + end], found.group()[start:end]
            if not self._may_stand(name, form):
                # The Chinese part of an address in front of its ending.
                label = len(_LABEL.search(shaped[: found.start()])[0]) if form.startswith(".") else 0  # type: ignore[index]
                yield found.start() + start - label, found.start() + end

    def _may_stand(self, name: str, form: str) -> bool:
        plain = name.casefold()
        if not plain or plain in _ABBREVIATIONS or plain in self._paste.runs or plain in self._catalogue.runs:
            return True
        if _PLAIN_RUN.fullmatch(form):
            return not _INNER_CAPITAL.search(form)
        if _HYPHENATED.fullmatch(form):
            return form.islower() and all(self._knows(part) for part in form.split("-"))
        # One figure is a count or the number of a step.
        return len(form) == 1 and form.isdigit()

    def _knows(self, word: str) -> bool:
        return self._paste.word(word) or self._catalogue.word(word) or is_plain(word)

    def _wrong_words(self, line: str, shaped: str) -> Iterator[tuple[int, int]]:
        for pattern in (_UI_EN, _UI_ZH):
            for found in pattern.finditer(line):
                if not self._stands(found.group(1)):
                    yield found.span(1)
        for pattern in (_AFTER, _BEFORE):
            for found in pattern.finditer(shaped):
                if not self._knows(found.group(1)):
                    yield found.span(1)
        for found in _LATIN.finditer(shaped):
            word = re.sub(r"['’].*", "", found.group())
            # Chinese is written in Chinese, so a Latin word there is a name; in English a capital makes it one.
            if (self._lang == "zh" or word[0].isupper()) and not self._knows(word):
                yield found.span()

    def _hosts(self, line: str, shaped: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The places of addresses for which the catalogue does not vouch."""
        for found in RUN.finditer(shaped, start, end):
            first, last = (found.start() + edge for edge in trimmed(found.group()))
            name = line[first:last]
            if striking.holds_address(name) and name.casefold() not in self._catalogue.runs:
                yield first, last

    def _quoted(self, line: str, shaped: str, start: int, end: int) -> tuple[str, int]:
        """A stretch that may stand, with every address that only the paste vouches for in quotes: it was copied, not recommended."""
        pieces: list[str] = []
        place, count = start, 0
        for first, last in self._hosts(line, shaped, start, end):
            inside = line[first - 1 : first] in ("“", '"', "「", "`")
            pieces += [line[place:first], line[first:last] if inside else f"“{line[first:last]}”"]
            place, count = last, count + 1
        return "".join([*pieces, line[place:end]]), count


def _orders(line: str, shaped: str) -> Iterator[tuple[int, int, str]]:
    """What is to be typed: code and commands, each with its words."""
    for found in _CODE.finditer(line):
        yield *found.span(), found.group().strip("`")
    for found in _COMMAND.finditer(shaped):
        yield *found.span(), line[found.start() : found.end()].strip(" .")


def _claims(line: str, shaped: str) -> Iterator[tuple[int, int, str]]:
    """What only stands where somebody wrote it just so: markup, addresses that are written apart, menus and quotes."""
    for pattern, text in ((_MARKUP, line), (_SPREAD, shaped), (_SPREAD, line), (_LETTER_BY_LETTER, shaped)):
        for found in pattern.finditer(text):
            yield *found.span(), line[found.start() : found.end()]
    for found in _ARROW.finditer(line):
        # The way through a menu begins with the clause in which its first arrow stands.
        begin = _clause_begin(line, found.start())
        yield begin, found.end(), line[begin : found.end()].strip(" .")
    for found in _QUOTED.finditer(line):
        inner = next(group for group in found.groups() if group is not None)
        yield *found.span(), inner.strip(" .,，。")


def _clause_begin(line: str, place: int) -> int:
    return max(line.rfind(end, 0, place) for end in _CLAUSE_END) + 1


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged
