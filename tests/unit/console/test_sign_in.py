from __future__ import annotations

import pytest

from solvent.console.app import operator_pages
from solvent.console.session import AGE_S_MAX, COOKIE
from tests.unit.console.conftest import FORM, TOKEN, Operator, Seconds, text_of

INSIDE = ("/requests", "/requests/x", "/keys", "/keys/x", "/occurrences")
ACTS = ("/accounts/a/topups", "/accounts/a/rearm", "/accounts/a/drill", "/keys", "/keys/k/topups", "/keys/k/revoke", "/sign-out")


@pytest.mark.parametrize(("lang", "title", "label"), [("en", "Sign in to the console", "Admin token"), ("zh", "登录控制台", "管理员令牌")])
def test_the_home_of_a_stranger_is_the_form(stranger: Operator, lang: str, title: str, label: str) -> None:
    page = stranger.get(f"/?lang={lang}")
    assert page.status == 200
    assert f"<h1>{title}</h1>" in page.text
    assert label in page.text
    assert 'type="password"' in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("path", INSIDE)
def test_every_page_asks_a_stranger_to_sign_in_and_leads_back(stranger: Operator, path: str) -> None:
    answer = stranger.get(f"{path}?lang=zh")
    assert (answer.status, answer.body) == (303, b"")
    form = stranger.get(answer.headers["location"])
    assert f'name="next" value="{path}"' in form.text
    assert stranger.sign_in(next=path, lang="zh").headers["location"] == f"{path}?lang=zh"


@pytest.mark.parametrize("path", ACTS)
def test_a_stranger_does_nothing(stranger: Operator, path: str) -> None:
    answer = stranger.submit(path, {"usd": "5", "name": "x", "sure": "yes"})
    assert answer.status in (303, 403)
    assert stranger.house.workers.told == []
    assert stranger.house.ledger.transfers == []
    assert stranger.house.keys.rows == {}


def test_the_cookie_is_closed_to_everybody_else(stranger: Operator) -> None:
    answer = stranger.sign_in()
    name_and_value, *flags = answer.headers["set-cookie"].split("; ")
    assert name_and_value.startswith(f"{COOKIE}=")
    assert sorted(flag.lower() for flag in flags) == ["httponly", f"max-age={AGE_S_MAX}", "path=/", "samesite=strict"]
    assert TOKEN not in str(answer.headers)
    assert stranger.get("/").status == 200
    assert "Sign out" in stranger.get("/").text


@pytest.mark.parametrize(
    ("public_url", "secure"), [(None, False), ("http://desk.example", False), ("https://desk.example", True), ("HTTPS://x", True)]
)
def test_the_cookie_is_secure_where_the_address_is(stranger: Operator, public_url: str | None, *, secure: bool) -> None:
    house = stranger.house
    stranger.app.router.routes = operator_pages(house.operations, stranger.session, stranger.csrf, public_url=public_url)
    assert ("; secure" in stranger.sign_in().headers["set-cookie"].lower()) is secure
    assert ("; secure" in stranger.submit("/sign-out", {}).headers["set-cookie"].lower()) is secure


@pytest.mark.parametrize(("lang", "words"), [("en", "This is not the admin token"), ("zh", "这不是管理员令牌")])
@pytest.mark.parametrize("token", ["", "wrong<b>", TOKEN + "2"])
def test_a_wrong_token_is_said_and_not_repeated(stranger: Operator, lang: str, words: str, token: str) -> None:
    answer = stranger.sign_in(token, lang=lang, next="/keys")
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "set-cookie" not in answer.headers
    assert words in answer.text
    assert not token or token not in answer.text
    assert 'name="next" value="/keys"' in answer.text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/%2F", "", "keys", "/keys?x=1", "/-", "/k\n"]
)
def test_nobody_is_led_elsewhere(stranger: Operator, wanted: str) -> None:
    assert stranger.sign_in(next=wanted).headers["location"] == "/?lang=en"


def test_a_form_of_another_site_signs_nobody_in(stranger: Operator) -> None:
    fields = {"csrf": stranger.csrf.token(), "token": TOKEN}
    answer = stranger.post("/sign-in", fields, {"origin": "https://evil.example", "sec-fetch-site": "cross-site"})
    assert answer.status == 403
    assert "set-cookie" not in answer.headers
    assert stranger.post("/sign-in", {"token": TOKEN}).status == 403


def test_a_program_signs_in_without_ceremony(stranger: Operator) -> None:
    answer = stranger.send("POST", "/sign-in", b"token=" + TOKEN.replace(" ", "+").encode(), FORM)
    assert (answer.status, COOKIE in answer.headers["set-cookie"]) == (303, True)


def test_what_is_no_form_is_refused(stranger: Operator) -> None:
    assert stranger.send("POST", "/sign-in", b"{}", {"content-type": "application/json"}).status == 415


def test_whoever_is_signed_in_goes_on(operator: Operator) -> None:
    assert operator.get("/sign-in?next=/keys&lang=en").headers["location"] == "/keys?lang=en"


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(operator: Operator) -> None:
    answer = operator.submit("/sign-out", {}, lang="zh")
    assert answer.headers["location"] == "/sign-in?done=signed_out&lang=zh"
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert operator.get("/keys").status == 303, "the old cookie is worth nothing"
    assert "已退出登录" in operator.get(answer.headers["location"]).text


def test_after_twelve_hours_one_signs_in_again(operator: Operator, seconds: Seconds) -> None:
    seconds.now_s += AGE_S_MAX + 1
    assert operator.get("/keys").status == 303
    assert operator.submit("/keys", {"name": "x"}).status == 303
    assert operator.house.keys.rows == {}


def test_the_desk_stays_open_and_sets_no_cookie(stranger: Operator) -> None:
    page = stranger.get("/e?lang=en")
    assert page.status == 200
    assert "set-cookie" not in page.headers
    assert 'href="/?lang=en">Console</a>' in page.text
    assert "Paste the error" in text_of(page.text)


def test_the_desk_takes_pastes_of_a_signed_in_browser(operator: Operator) -> None:
    fields = {"csrf": operator.csrf.token(), "raw": "HTTP 500 something", "lang": "en"}
    assert operator.post("/e", fields).status == 303
