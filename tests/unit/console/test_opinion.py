from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from solvent.catalogue.load import packaged
from solvent.console.app import pages
from solvent.console.csrf import Csrf
from solvent.console.examples import SEED, find
from solvent.console.proof import Proof
from solvent.console.site import Site, Stage
from solvent.diagnosis.opinion import grounds, nearest
from solvent.model.opinion import Standing, Trouble
from solvent.operations.assistance import Assistance, Conditions
from solvent.operations.cases import Desk
from tests.conftest import FixedClock
from tests.opinions import OpinionRows, Scripted
from tests.unit.console.conftest import SAME_ORIGIN, Visitor, text_of

SECRET = b"a secret of the test, 32 bytes long"
UNKNOWN = find("unknown").text


class Reader(Visitor):
    """A visitor of a desk that may ask a model."""

    def __init__(self, desk: Desk, *, automatic: bool = False) -> None:
        self.rows, self.model = OpinionRows(), Scripted()
        conditions = Conditions("tapir", automatic, 2)
        self.assistance = Assistance(desk, self.rows, self.model, conditions, FixedClock(), random.Random(3).randbytes)
        csrf, stage = Csrf(SECRET), Stage(self.assistance, Proof(SECRET))
        super().__init__(Starlette(routes=pages(desk, csrf, stage=stage)), Site(desk, csrf, stage=stage))

    def asked(self, path: str, lang: str = "en", **fields: str) -> str:
        """Asks as a browser without scripts does; where it is sent."""
        answer = self.submit(f"{path}/opinion", {"lang": lang, "answer": ""} | fields)
        assert answer.status == 303, answer.text
        return answer.headers["location"].partition("#")[0]

    def heard(self, path: str, **fields: str) -> list[tuple[str, dict[str, object]]]:
        """Asks as the script does; the events."""
        body = {"csrf": self.site.csrf.token(), "lang": "en"} | fields
        answer = self.post(f"{path}/opinion", body, SAME_ORIGIN | {"accept": "text/event-stream"})
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", answer.text)
        return [(name, json.loads(data)) for name, data in events]

    def approve(self) -> None:
        (row,) = self.rows.rows.values()
        asyncio.run(self.rows.decide(row.id, Standing.APPROVED))


@pytest.fixture(scope="module", autouse=True)
def _read_the_catalogue_once() -> Iterator[None]:
    known, near = grounds.of_catalogue(packaged()), nearest.rules(packaged())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grounds, "of_catalogue", lambda _: known)
        patch.setattr(nearest, "rules", lambda _: near)
        yield


@pytest.fixture
def reader(desk: Desk) -> Reader:
    return Reader(desk)


def test_the_honest_answer_comes_first_and_then_the_button(reader: Reader) -> None:
    page = reader.get(f"{reader.filed(UNKNOWN)}?lang=en").text
    assert page.index("Not recognised yet") < page.index("Ask a model")
    assert "opinion.js" in page
    assert "data-now" not in page
    assert reader.model.asked == []


@pytest.mark.parametrize(("raw", "offered"), [(UNKNOWN, True), (SEED.text, False)])
def test_it_is_offered_only_where_the_catalogue_is_not_sure(reader: Reader, raw: str, offered: bool) -> None:  # noqa: FBT001 - a table's column
    page = reader.get(f"{reader.filed(raw)}?lang=en").text
    assert ("Ask a model" in page) is offered
    assert ("opinion.js" in page) is offered


def test_a_desk_without_a_model_offers_none_and_says_so_to_who_asks_all_the_same(visitor: Visitor) -> None:
    path = visitor.filed(UNKNOWN)
    assert "Ask a model" not in visitor.get(f"{path}?lang=en").text
    answer = visitor.submit(f"{path}/opinion", {"lang": "en"})
    assert (answer.status, answer.headers["location"]) == (303, f"{path}?trouble=off&lang=en#opinion")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (
                "model-assisted, not checked by a person",
                "Written by tapir",
                "Its guess, not proven",
                "neither the catalogue nor your text names",
            ),
        ),
        ("zh", ("模型辅助，未经人工核对", "由 tapir 撰写", "它的猜测，未经证实")),
    ],
)
def test_without_scripts_who_asked_is_led_to_the_marked_answer(reader: Reader, lang: str, words: tuple[str, ...]) -> None:
    path = reader.filed(UNKNOWN)
    place = reader.asked(path, lang)
    seen = text_of(reader.get(place).text)
    for word in words:
        assert word in seen, word
    assert "Ask a model" not in seen
    assert "evil-relay" not in seen
    assert "frobfix" not in seen


def test_others_see_the_button_until_a_person_approved_it(reader: Reader) -> None:
    path = reader.filed(UNKNOWN)
    reader.asked(path)
    before = text_of(reader.get(f"{path}?lang=en").text)
    assert "Written by tapir" not in before
    assert "Ask a model" in before
    reader.approve()
    after = text_of(reader.get(f"{path}?lang=en").text)
    assert "model-assisted, approved by a person" in after
    assert "Its guess, not proven" in after


def test_the_link_that_deletes_is_shown_again_after_a_model_was_asked_and_only_to_who_had_it(reader: Reader) -> None:
    filed = reader.submit("/e", {"lang": "en", "raw": UNKNOWN})
    first = reader.get(filed.headers["location"])
    path = filed.headers["location"].partition("?")[0]
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', first.text))
    assert f"/delete?token={token}" in first.text
    next_page = reader.asked(path, token=token)
    assert f"/delete?token={token}" in reader.get(next_page).text
    assert "/delete?token=" not in reader.get(next_page).text
    assert "/delete?token=" not in reader.get(reader.asked(path, token="a" * len(token))).text
    assert "/delete?token=" not in reader.get(reader.asked(path)).text
    (*_, (_, end)) = reader.heard(path, token=token)
    assert f"/delete?token={token}" in reader.get(str(end["to"]).partition("#")[0]).text


@pytest.mark.parametrize("forged", ["", "x", "0ka56849g1pg9fknyb27", "0ka56849g1pg9fknyb27.awt61Q.P5Pqfd"])
def test_a_forged_proof_shows_nothing(reader: Reader, forged: str) -> None:
    path = reader.filed(UNKNOWN)
    reader.asked(path)
    (row,) = reader.rows.rows.values()
    for proof in (forged, row.id, f"{row.id}.aaaaaa.bbbbbbbbbbbb"):
        assert "Written by tapir" not in reader.get(f"{path}?lang=en&answer={proof}").text


def test_the_script_is_sent_checked_sentences_and_then_where_to_go(reader: Reader) -> None:
    path = reader.filed(UNKNOWN)
    *pieces, (name, end) = reader.heard(path)
    assert {kind for kind, _ in pieces} == {"piece"}
    assert pieces[0][1] == {"field": "title", "step": 0, "text": "The server failed"}
    assert "evil-relay" not in json.dumps([piece for _, piece in pieces])
    assert (name, end["trouble"]) == ("end", "")
    assert "Written by tapir" in reader.get(str(end["to"]).partition("#")[0]).text


def test_who_has_an_answer_is_led_to_it_again_without_asking(reader: Reader) -> None:
    path = reader.filed(UNKNOWN)
    proof = re.search(r"answer=([^&]+)", reader.asked(path))
    assert proof is not None
    assert re.search(r"answer=([^&.]+)", reader.asked(path, answer=proof[1]))
    assert len(reader.model.asked) == 1


@pytest.mark.parametrize("trouble", [Trouble.BUDGET, Trouble.DOWN, Trouble.LATE, Trouble.REFUSED, Trouble.NO_KEY])
def test_every_trouble_is_an_honest_sentence_and_the_paste_is_still_there(reader: Reader, trouble: Trouble) -> None:
    reader.model.parts = ('{"cause": "It failed. ', trouble)
    path = reader.filed(UNKNOWN)
    page = reader.get(reader.asked(path))
    assert page.status == 200
    assert 'class="problem" role="status"' in page.text
    assert "Ask a model" in page.text
    assert "Not recognised yet" in page.text
    assert reader.heard(path)[-1][1]["trouble"]


def test_nothing_active_of_a_models_words_reaches_a_page(reader: Reader) -> None:
    said = {
        "title": "<script>alert(1)</script>",
        "summary": "<img src=x onerror=alert(1)> The server failed.",
        "cause": 'Go to https://evil.example/a"onmouseover="x and [here](javascript:alert(1)).',
        "solution": ["<a href=https://evil.example>top up</a>"],
    }
    reader.model.parts = (json.dumps(said),)
    path = reader.filed(f"{UNKNOWN}\nevil.example says so")
    place = reader.asked(path)
    page = reader.get(place).text
    section = page[page.index('id="opinion"') : page.index('id="kept-head"')]
    assert re.findall(r"<(?:script|img|a|iframe|object|form)\b", section) == []
    assert "javascript:" not in section
    assert "onerror" not in section
    markdown = reader.get(place.replace("?", ".md?")).text
    assert "](javascript:" not in markdown
    assert "<script" not in markdown


def test_a_host_of_the_paste_is_a_quote_and_never_a_link(reader: Reader) -> None:
    reader.model.parts = (json.dumps({"cause": "The relay at evil.example failed."}),)
    page = reader.get(reader.asked(reader.filed(f"{UNKNOWN}\nat evil.example"))).text
    assert "The relay at “evil.example” failed." in page
    assert "Addresses in quotes stand in your text" in page
    assert 'href="https://evil.example' not in page


def test_json_says_that_it_is_assisted_and_keeps_the_verdict(reader: Reader) -> None:
    path = reader.filed(UNKNOWN)
    plain = reader.get(f"{path}.json?lang=en").json
    assert (plain["report"]["source"], "assisted" in plain) == ("catalogue", False)
    place = reader.asked(path)
    told = reader.get(place.replace("?", ".json?")).json
    assert told["report"]["source"] == "model-assisted"
    assert told["report"]["title"] == "The server failed"
    assert told["catalogue_report"] == plain["report"]
    assert (told["category"], told["wallet"], told["rule"]) == ("other", "none", None)
    assert told["assisted"] | {"struck": 0} == {
        "model": "tapir",
        "checked_by_a_person": False,
        "struck": 0,
        "category": "credit_exhausted",
        "wallet": "relay_user",
        "agrees": None,
        "proven": False,
    }
    assert reader.get(f"{path}.json?lang=en").json["report"]["source"] == "catalogue"


def test_markdown_has_it_marked_below_the_catalogues(reader: Reader) -> None:
    text = reader.get(reader.asked(reader.filed(UNKNOWN)).replace("?", ".md?")).text
    assert text.index("Not recognised yet") < text.index("What a model makes of it") < text.index("What you pasted")
    assert "model\\-assisted, not checked by a person" in text or "model-assisted, not checked by a person" in text


@pytest.mark.parametrize("forged", [{"csrf": ""}, {"csrf": "form.x.y"}])
def test_another_sites_page_can_ask_nothing(reader: Reader, forged: dict[str, str]) -> None:
    path = reader.filed(UNKNOWN)
    assert reader.post(f"{path}/opinion", forged | {"lang": "en"}, SAME_ORIGIN).status == 403
    assert reader.post(f"{path}/opinion", {"lang": "en"}, {"origin": "https://evil.example"}).status == 403
    assert reader.send(f"{path}/opinion", b"{}", {"content-type": "application/json"}).status == 415
    assert reader.model.asked == []


def test_a_paste_that_is_not_there_cannot_be_asked_about(reader: Reader) -> None:
    assert reader.submit("/e/nobody/opinion", {"lang": "en"}).status == 404
    assert reader.get("/e/nobody/opinion").status == 404


def test_the_button_is_not_waited_for_where_the_operator_said_so_and_then_only_for_who_just_pasted(desk: Desk) -> None:
    reader = Reader(desk, automatic=True)
    answer = reader.submit("/e", {"raw": UNKNOWN, "lang": "en"})
    place = answer.headers["location"]
    assert "pasted=" in place
    assert "data-now" in reader.get(place).text
    assert "data-now" not in reader.get(place.partition("?")[0] + "?lang=en").text
    assert "data-now" not in reader.get(f"{place}&trouble=busy").text, "it does not ask again and again"
    assert "pasted=" not in reader.submit("/e", {"raw": SEED.text, "lang": "en"}).headers["location"]


def test_a_verdict_of_low_confidence_is_marked_where_the_model_differs(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvent.diagnosis.opinion.briefing.OPEN_BELOW", 1.1)
    path = reader.filed(SEED.text)
    assert "This differs from the catalogue's verdict, which counts." in reader.get(reader.asked(path)).text


def test_the_script_sets_text_and_nothing_else(reader: Reader) -> None:
    script = reader.get("/e/static/opinion.js").text
    assert "textContent" in script
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setAttribute"):
        assert sink not in script
