from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from solvent.console import markdown

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


@pytest.mark.parametrize(
    "words",
    [
        "# a heading",
        "- a list",
        "+ a list",
        "1. a list",
        "12) a list",
        "> a quote",
        "--- a rule",
        "===",
        "~~~ a fence",
        "<script>alert(1)</script>",
        "a <b>bold</b> <!-- comment -->",
        "[a link](javascript:alert(1))",
        "![an image](http://evil.example/p.png)",
        "[ref]: http://evil.example",
        "<http://evil.example>",
        "**bold** *thin* __bold__ _thin_ ~~gone~~",
        "a | table | cell",
        "a backslash \\[x](y) at the end \\",
        "one ` backtick, two `` and three ```",
        "&lt;b&gt; &#60;i&#62;",
        "line\n# heading after a break\n\n- list after a gap",
    ],
)
def test_a_text_stays_a_text(words: str) -> None:
    html = READER.render(markdown.text(words))
    tags = {piece.split(">")[0].split()[0].strip("/") for piece in html.split("<")[1:]}
    assert tags <= {"p", "code"}, html


def test_what_is_shown_is_what_was_written() -> None:
    assert READER.render(markdown.text("new-api (v1): 5 * 3 < 20, a_b & R&D &amp; 50% [x]")) == (
        "<p>new-api (v1): 5 * 3 &lt; 20, a_b &amp; R&amp;D &amp;amp; 50% [x]</p>\n"
    )


def test_addresses_and_mentions_become_code() -> None:
    told = markdown.text("see https://evil.example/_x_, www.evil.example, @somebody or me@evil.example")
    assert told == "see `https://evil.example/_x_,` `www.evil.example,` `@somebody` or `me@evil.example`"


def test_what_stands_in_backticks_is_code() -> None:
    assert markdown.text("set `max_tokens` *lower*") == r"set `max_tokens` \*lower\*"


@pytest.mark.parametrize("inside", ["plain", "```\nafter", "````", "a ``` b ````` c", "~~~", "# x\n<b>"])
def test_a_fence_holds_whatever_is_inside(inside: str) -> None:
    block = markdown.fence(inside)
    tokens = READER.parse(f"{block}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content == f"{inside}\n"


@pytest.mark.parametrize("inside", ["plain", "`", "``x``", "a ` b", "<b>*x*"])
def test_a_quote_holds_whatever_is_inside(inside: str) -> None:
    tokens = READER.parseInline(markdown.quote(inside))[0].children or []
    assert [(token.type, token.content.strip()) for token in tokens] == [("code_inline", inside)]
