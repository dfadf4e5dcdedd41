from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from solvent.catalogue.tables import LANGUAGES
from solvent.console import language

CONSOLE = Path(str(files("solvent.console")))
Key = str | tuple[str, str]


def keys() -> Iterator[Key]:
    """Every text that a template or a module asks the catalogues for."""
    found = extract_from_dir(
        str(CONSOLE),
        method_map=[("**.py", "python"), ("templates/**", "jinja2")],
        options_map={"templates/**": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "P_": (1, 2)},
    )
    for _path, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else (message[0], message[1])


def catalogue(lang: str) -> dict[Key, tuple[str, ...]]:
    with (CONSOLE / "locale" / lang / "messages.po").open("rb") as source:
        read = read_po(source, locale=lang)
    return {
        message.id if isinstance(message.id, str) else (message.id[0], message.id[1]): (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string or ())
        for message in read
        if message.id
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_translated_and_nothing_else(lang: str) -> None:
    translated, asked = catalogue(lang), set(keys())
    assert len(asked) > 150
    assert sorted(map(str, asked - set(translated))) == [], f"add these to locale/{lang}/messages.po"
    assert sorted(map(str, set(translated) - asked)) == [], f"nobody asks for these: remove them from locale/{lang}/messages.po"
    assert [key for key, strings in translated.items() if not all(strings)] == []


def test_english_says_its_keys() -> None:
    assert {key: strings for key, strings in catalogue("en").items() if strings != ((key,) if isinstance(key, str) else key)} == {}


def test_chinese_is_chinese() -> None:
    texts = {key: strings[0] for key, strings in catalogue("zh").items()}
    assert [key for key, text in texts.items() if not any("一" <= sign <= "鿿" for sign in text)] == []
    assert [key for key, text in texts.items() if ", " in text or ". " in text] == [], "Chinese has its own punctuation"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_placeholders_survive_translation(lang: str) -> None:
    def names(text: str) -> set[str]:
        values = {"num", "what", "when", "window", "code", "number", "relay", "issuer", "share", "span", "size"}
        return {value for value in values if f"%({value})" in text}

    for key, strings in catalogue(lang).items():
        wanted = names(key if isinstance(key, str) else key[1])
        for text in strings:
            # A singular may say `once` instead of a number.
            assert names(text) in ((wanted,) if isinstance(key, str) else (wanted, wanted - {"num"})), key
            assert list(Formatter().parse(text)), key


@pytest.mark.parametrize(
    ("wishes", "header", "lang"),
    [
        ((), None, "en"),
        ((), "", "en"),
        ((), "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ((), "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ((), "fr-FR,fr;q=0.9,zh;q=0.3,en;q=0.2", "zh"),
        ((), "fr", "en"),
        ((), "en;q=0, zh;q=0.1", "zh"),
        ((), "en;q=0.4, zh-TW;q=0.6", "zh"),
        ((), "*", "en"),
        ((), ";;q=,,zh;q=abc", "en"),
        (("zh",), "en", "zh"),
        (("zh-Hans",), "en", "zh"),
        (("EN",), "zh", "en"),
        (("xx", "zh"), "en", "zh"),
        ((None, "en"), "zh", "en"),
        (("<script>",), "zh", "zh"),
    ],
)
def test_the_language_is_the_first_that_is_wished(wishes: tuple[str | None, ...], header: str | None, lang: str) -> None:
    assert language.choose(*wishes, accept_language=header) == lang


def test_a_catalogue_is_compiled_in_memory() -> None:
    assert language.translations("zh").gettext("Explain") == "解释这个错误"
    assert language.translations("zh").ngettext("%(num)d key", "%(num)d keys", 2) == "%(num)d 个 key"
    assert language.translations("en").ngettext("%(num)d key", "%(num)d keys", 1) == "%(num)d key"
