from __future__ import annotations

import html
import re

import pytest

from solvent.console.examples import EXAMPLES, SEED
from tests.unit.console.conftest import FORM, SAME_ORIGIN, Visitor, text_of

XSS = '500 "</textarea></pre><script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} javascript:alert(1) http://evil.example'


def test_the_desk_opens_on_the_seed_solved(visitor: Visitor) -> None:
    answer = visitor.get("/e")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in answer.headers
    assert html.escape(SEED.text, quote=False).replace('"', "&#34;") in answer.text
    seen = text_of(answer.text)
    assert "the relay operator&#39;s account upstream, not yours" in seen
    assert seen.index("You") < seen.index("new-api")
    assert "Empty here:" in seen
    assert "holds your balance, which is not the cause" in seen


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_each_example_is_one_link_away(visitor: Visitor, lang: str, example: object) -> None:
    slug = example.slug  # type: ignore[attr-defined]
    assert f'href="/e?example={slug}&amp;lang={lang}#solved"' in visitor.get(f"/e?lang={lang}").text
    page = visitor.get(f"/e?example={slug}&lang={lang}")
    assert page.status == 200
    assert len(re.findall(r'aria-current="true">[^<]+</a></li>', page.text)) == 1


def test_code_in_another_language_is_a_link(visitor: Visitor) -> None:
    assert 'href="/e?code=javascript&amp;example=seed&amp;lang=en#code"' in visitor.get("/e?lang=en").text
    curl = visitor.get("/e?code=curl&lang=en").text
    assert '<details id="code" open>' in curl
    assert "Runs as it is once these variables are set:" in curl
    assert "<code>FALLBACK_API_KEY</code>" in curl


def test_where_the_text_says_that_it_was_paid_the_answer_to_that_is_open_and_first(visitor: Visitor) -> None:
    unfolding = visitor.get("/e?example=anthropic-direct").text
    assert '<details id="paid" class="paid">' in unfolding
    assert unfolding.index('id="do-head"') < unfolding.index('id="paid"')
    filed = visitor.post("/e", {"raw": "我充了钱还是报错 402 Insufficient Balance api.deepseek.com", "lang": "zh"})
    page = visitor.get(filed.headers["location"]).text
    assert '<details id="paid" class="paid" open>' in page
    assert page.index('id="paid"') < page.index('id="do-head"')
    assert "我付了钱，还是报错" in page
    assert page.count('id="paid"') == 1
    assert "https://api.deepseek.com/user/balance" in text_of(page)


def test_steps_in_the_readers_app_stand_with_their_source(visitor: Visitor) -> None:
    filed = visitor.post("/e", {"raw": "Cherry Studio: 401 Incorrect API key provided: sk-x", "lang": "zh"})
    page = visitor.get(filed.headers["location"]).text
    assert "在 Cherry Studio 里这样做" in page
    assert "打开「设置」→「模型服务」" in page
    assert '<a href="https://github.com/CherryHQ/cherry-studio/' in page
    assert 'class="in-app"' not in visitor.get("/e?lang=zh").text


def test_a_program_files_with_one_field(visitor: Visitor) -> None:
    answer = visitor.post("/e", {"raw": SEED.text})
    assert answer.status == 303
    assert re.fullmatch(r"/e/[0-9a-z]{20}", answer.headers["location"])
    assert visitor.get(answer.headers["location"]).status == 200


def test_a_browser_files_with_its_token(visitor: Visitor) -> None:
    page = visitor.get("/e?lang=zh").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    answer = visitor.post("/e", {"raw": SEED.text, "lang": "zh", "csrf": token.group(1)}, SAME_ORIGIN)
    assert answer.status == 303
    assert re.fullmatch(r"/e/[0-9a-z]{20}\?filed=[0-9a-f]{32}&lang=zh", answer.headers["location"])


def test_a_browser_without_token_keeps_its_text(visitor: Visitor) -> None:
    answer = visitor.post("/e", {"raw": "HTTP 500: mine & yours"}, SAME_ORIGIN)
    assert answer.status == 403
    assert ">\nHTTP 500: mine &amp; yours</textarea>" in answer.text
    assert "The form came without its token" in answer.text
    assert 'role="alert"' in answer.text
    assert visitor.get("/e/pastes").text.count('class="row"') == 0


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}])
def test_another_site_cannot_file(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = visitor.post("/e", {"raw": "HTTP 500", "csrf": visitor.site.csrf.token()}, headers)
    assert answer.status == 403
    assert "This form was sent by another site" in answer.text
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        ("", 400, "没有可以解释的内容。"),
        (" \n\t ", 400, "没有可以解释的内容。"),
        ("\x00\x01\x02" * 100, 400, "这不是文本。"),
        ("x" * (256 * 1024 + 1), 413, "文字太长。"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(visitor: Visitor, raw: str, status: int, words: str) -> None:
    answer = visitor.submit("/e", {"raw": raw, "lang": "zh"})
    assert answer.status == status
    assert words in answer.text
    if raw.startswith("x"):
        assert raw in answer.text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_only_forms_are_taken(visitor: Visitor, kind: str) -> None:
    answer = visitor.send("/e", b'{"raw": "x"}', {"content-type": kind})
    assert answer.status == 415
    assert "raw@error.txt" in answer.text


def test_a_field_is_needed(visitor: Visitor) -> None:
    assert visitor.send("/e", b"other=1", FORM).status == 400


def test_a_paste_stays_text(visitor: Visitor) -> None:
    refused = visitor.post("/e", {"raw": XSS}, SAME_ORIGIN).text
    shown = visitor.get(visitor.filed(XSS)).text
    for page in (refused, shown):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "{{7*7}}" in page
        assert 'href="http://evil' not in page
        assert page.count("</textarea>") == page.count("<textarea")


def test_the_refusal_speaks_the_forms_language(visitor: Visitor) -> None:
    assert "表单缺少校验令牌" in visitor.post("/e", {"raw": "x", "lang": "zh"}, SAME_ORIGIN).text
    assert "表单缺少校验令牌" in visitor.post("/e", {"raw": "x"}, SAME_ORIGIN | {"accept-language": "zh-CN"}).text
