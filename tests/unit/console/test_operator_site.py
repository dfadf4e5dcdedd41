from __future__ import annotations

import re

import pytest

from solvent.console.operator_site import Posted, place
from solvent.model.route import Upstream
from tests.unit.console.conftest import Operator, Seconds

ALL = ("/", "/requests", "/requests?id=nothing", "/requests/none", "/keys", "/keys/none", "/occurrences")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", ALL)
def test_pages_obey_the_strict_policy_and_are_kept_by_nobody(operator: Operator, path: str, lang: str) -> None:
    answer = operator.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    page = answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert len(re.findall(r"<h1[ >]", page)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r'(?:for|aria-labelledby|aria-describedby)="([^"]+)"', page):
        assert set(wanted.split()) <= set(ids)
    for address in re.findall(r'(?:href|action)="(/[^"]*)"', page):
        assert "/e/static/" in address or "lang=" in address or address == "/requests"
    if lang == "en":
        ours = re.sub(r"<a [^>]*lang=\"zh-Hans\".*?</a>", "", page, flags=re.DOTALL)
        assert re.findall(r"[一-鿿]+", ours) == []
    else:
        assert '<html lang="zh-Hans">' in page


@pytest.mark.parametrize(
    "path", ["/accounts/a/topups", "/accounts/a/rearm", "/accounts/a/drill", "/keys", "/keys/k/topups", "/keys/k/revoke", "/sign-out"]
)
@pytest.mark.parametrize("proof", ["none", "unbound", "other session", "stale", "other site"])
def test_every_form_is_bound_to_its_session(operator: Operator, seconds: Seconds, path: str, proof: str) -> None:
    operator.house.upstreams = (Upstream("a", "anthropic", "anthropic", False, {}),)
    own, headers = operator.csrf.token(operator.session.read(operator.cookie) or ""), {}
    tokens = {"none": "", "unbound": operator.csrf.token(), "other session": operator.csrf.token("f" * 32), "stale": own, "other site": own}
    if proof == "other site":
        headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    if proof == "stale":
        # Forms age with the session, so a stale one needs a session that began later.
        seconds.now_s += 12 * 3600 + 1
        operator.cookie = ""
        operator.sign_in()
    fields = {"csrf": tokens[proof], "usd": "5", "name": "x", "sure": "yes", "once": "0" * 32, "lang": "en"}
    answer = operator.post(path, fields, headers)
    assert answer.status == 403, answer.text
    assert "othing was done" in answer.text
    assert operator.house.workers.told == []
    assert operator.house.keys.rows == {}
    assert operator.get("/keys").status == 200, "still signed in"


def test_every_form_of_a_page_carries_the_token_of_the_session(operator: Operator) -> None:
    operator.house.upstreams = (Upstream("a", "anthropic", "anthropic", False, {}),)
    for path in ("/", "/keys"):
        forms = re.findall(r'<form[^>]*method="post".*?</form>', operator.get(path).text, re.DOTALL)
        assert len(forms) >= 2
        for form in forms:
            token = re.findall(r'name="csrf" value="([^"]+)"', form)
            assert len(token) == 1
            assert operator.csrf.refusal({"cookie": "x"}, token[0], operator.session.read(operator.cookie) or "") is None
            assert operator.csrf.refusal({"cookie": "x"}, token[0]) is not None


def test_a_refusal_is_a_page_that_leads_back(operator: Operator) -> None:
    answer = operator.send("POST", "/keys?lang=zh", b"{}", {"content-type": "application/json"})
    assert answer.status == 415
    assert 'class="button" href="/keys?lang=zh"' in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/keys", "/requests", "/", "/keys/a4kq7w3m2nnzzrst", "/requests/01K-x_y.z"])
def test_our_own_paths_are_places(path: str) -> None:
    assert place(path) == path


def test_a_word_in_the_address_says_only_what_we_know(operator: Operator) -> None:
    assert "Revoked: no worker" in operator.get("/?done=revoked&lang=en").text
    assert 'class="noted"' not in operator.get(f"/?done={HOSTILE}&lang=en").text
    assert HOSTILE not in operator.get(f"/?done=drilled&account={HOSTILE}&lang=en").text


def test_a_form_that_is_sent_twice_is_known_by_its_subject_and_its_page() -> None:
    def key(once: str, *subject: str) -> str | None:
        return Posted("en", {"once": once}).key(*subject)

    first = key("a" * 32, "drill", "x")
    assert first is not None
    assert (first.isascii(), len(first)) == (True, 64)
    assert first == key("a" * 32, "drill", "x")
    assert len({first, key("b" * 32, "drill", "x"), key("a" * 32, "drill", "y"), key("a" * 32, "top up", "x"), key("a" * 32, "账户")}) == 5
    assert [key(wrong, "drill", "x") for wrong in ("", "a", "A" * 32, "a" * 33, "界" * 32)] == [None] * 5
