"""The desk for strangers as a running program: what it refuses, what it keeps in a rush, and what it forgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from solvent.base.paste import PASTE_BYTES_MAX
from tests.disguises import SECRETS, matrix, tells
from tests.strangers import UNLIMITED, PublicDesk, flood, public_desk
from tests.waiting import until

KEY = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
MANY, OPENED = 500, 17


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicDesk]:
    """A desk whose limits nobody reaches."""
    with public_desk(tmp_path_factory.mktemp("desk"), UNLIMITED) as found:
        yield found
        assert found.program.complaints() == ""


def test_hundreds_of_pastes_at_once_are_all_kept(desk: PublicDesk) -> None:
    before = desk.kept()
    filed = flood(desk.url, MANY)
    ids = {one.id for one in filed}
    assert len(ids) == MANY
    assert desk.kept() - before == ids
    with desk.client() as client:
        for one in filed[::OPENED]:
            assert client.get(f"/e/{one.id}.json").json()["id"] == one.id


def test_a_text_that_is_too_large_is_refused_in_words_and_one_that_is_not_is_read(desk: PublicDesk) -> None:
    with desk.client() as client:
        for size, status in ((PASTE_BYTES_MAX, 303), (PASTE_BYTES_MAX + 1, 413), (PASTE_BYTES_MAX * 3, 413), (PASTE_BYTES_MAX * 16, 413)):
            raw = ("HTTP 402 " + "x " * (size // 2))[:size]
            page = client.post("/e", data={"raw": raw}, headers={"accept": "text/html", "accept-language": "zh"})
            assert page.status_code == status
            if status == 413:
                assert f"最多读取 {PASTE_BYTES_MAX // 1024} KiB" in page.text
            told = client.post("/api/explain", json={"raw": raw})
            assert told.status_code == (200 if status == 303 else 413)
            if status == 413:
                assert re.search(r"at most (262,144 bytes|256 KiB)", told.json()["detail"], re.IGNORECASE)


def test_a_paste_is_taken_away_again_also_from_the_files(desk: PublicDesk) -> None:
    words = "the frobnicator of stage seven hesitated"

    def left() -> int:
        return sum(path.read_bytes().count(words.encode()) for path in (desk.folder / "data").glob("solvent.db*"))

    with desk.client() as client:
        told = client.post("/api/explain", json={"raw": f"HTTP 418: {words} for {KEY}", "file": True}).json()
        assert left() > 0
        place = told["delete_url"]
        assert client.get(place).status_code == 200
        path, token = place.split("?token=")
        assert client.post(path, data={"token": token}).status_code == 303
        assert client.get(told["url"], headers={"accept-language": "en"}).status_code == 404
    # Whoever still reads the store keeps its log for a moment.
    with desk.operator() as operator:
        until(lambda: operator.get("/api/occurrences").status_code == 200 and left() == 0)
    assert KEY.encode() not in b"".join(path.read_bytes() for path in (desk.folder / "data").rglob("*") if path.is_file())
    assert KEY.encode() not in desk.program.printed()
    assert token.encode() not in desk.program.printed()


def everywhere(desk: PublicDesk, raw: str) -> Iterator[str]:
    """All that is answered about a paste: to a program, on its page in each form, and where the operator reads it."""
    with desk.client() as client, desk.operator() as operator:
        told = client.post("/api/explain", json={"raw": raw, "file": True, "listed": True})
        assert told.status_code == 200
        yield told.text
        for suffix in ("", ".md", ".json"):
            page = client.get(told.json()["url"] + suffix)
            assert page.status_code == 200
            yield page.text
        yield operator.get(f"/api/occurrences/{told.json()['id']}").text


def test_no_secret_is_answered_kept_or_logged_whatever_it_is_wrapped_in(desk: PublicDesk) -> None:
    every = matrix()
    # Each secret and each surrounding several times; all of them together are tried without a program around.
    some = every[::11]
    assert {name.split(", ")[0] for name, _, _ in some} == set(SECRETS)
    for name, raw, core in some:
        for text in everywhere(desk, raw):
            assert not tells(text, core), name
    files = [path for path in (desk.folder / "data").rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files) + desk.program.printed()
    assert [name for name, _, core in every if core.encode() in kept] == []
    assert [name for name, raw, _ in some if len(raw) > 20 and raw.encode() in kept] == []


def test_the_listeners_know_nothing_of_each_others_pages(desk: PublicDesk) -> None:
    with desk.client() as client, desk.operator() as operator:
        token = operator.headers["authorization"]
        for path in ("/api/keys", "/api/openapi.json", "/api/occurrences", "/sign-in", "/keys", "/metrics"):
            assert client.get(path, headers={"authorization": token}).status_code == 404
        assert client.get("/", follow_redirects=False).headers["location"] == "/e"
        assert operator.get("/api/occurrences").status_code == 200
        assert client.get("/robots.txt").text.startswith("User-agent: *")
        assert client.get("/e", headers={"host": "evil.example"}).status_code == 421
        assert client.get("/e", headers={"host": "localhost"}).status_code == 200


def test_the_limits_of_one_address_are_its_own_and_told(tmp_path: Path) -> None:
    with public_desk(tmp_path, 'trusted_proxies = ["127.0.0.1/32"]\n') as found, found.client() as client:

        def post(reader: str) -> tuple[int, str]:
            answer = client.post("/e", data={"raw": "402"}, headers={"x-forwarded-for": f"198.51.100.1, {reader}", "accept": "text/html"})
            return answer.status_code, answer.headers.get("retry-after", "")

        first = [post("203.0.113.5") for _ in range(40)]
        refused = [one for one in first if one[0] == 429]
        assert refused
        assert len([one for one in first if one[0] == 303]) >= 30
        assert all(wait.isdigit() and int(wait) >= 1 for _, wait in refused)
        assert post("203.0.113.6")[0] == 303
        assert len(found.kept()) == len([one for one in first if one[0] == 303]) + 1
