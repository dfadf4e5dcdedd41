"""The desk asks a model through a real gateway before a simulated provider: what it costs, whom it is shown, and how it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from solvent.operations import desk_key
from tests.gateway import Gateway, Sandbox, gateway, held_at, model, nano, sandbox
from tests.waiting import until

UNKNOWN = "HTTP 418: the frobnicator of {} failed in a way that nobody knows"
HONEST = "Simulated by the sandbox: nobody read the text."


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def config(provider: Sandbox, name: str, *, budget: str = "1.00", usd: str = "5.00", more: str = "") -> str:
    desk = f'[desk]\nmodel = "tapir"\nmodel_budget_day = "{budget}"\nmodel_asks_per_minute = 600\n{more}\n'
    return desk + held_at(provider, name, "openai", usd) + model("tapir", "gpt-4o-mini", name)


def desk_of(running: Gateway) -> httpx2.Client:
    return httpx2.Client(base_url=running.office, trust_env=False, timeout=30)


def paste(client: httpx2.Client, name: str, lang: str = "en") -> str:
    answer = client.post("/e", data={"raw": UNKNOWN.format(name), "lang": lang})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def ask(client: httpx2.Client, path: str, lang: str = "en") -> str:
    answer = client.post(f"{path}/opinion", data={"lang": lang})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("#")[0]


def own_key(running: Gateway) -> dict[str, object]:
    (key,) = [key for key in running.items("/api/keys") if key["name"] == desk_key.NAME]
    return key


def test_an_open_question_is_answered_billed_and_shown_to_who_asked_alone(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "whole")) as running, desk_of(running) as client:
        path = paste(client, "one")
        place = ask(client, path)
        page = client.get(place).text
        assert "model-assisted, not checked by a person" in page
        assert HONEST in page
        assert HONEST not in client.get(f"{path}?lang=en").text

        key = own_key(running)
        (done,) = until(lambda: [one for one in running.get("/api/requests")["items"] if one["key_id"] == key["id"]])
        assert (done["status"], done["model"], done["attempts"][0]["account"]) == (200, "tapir", "whole")
        spent = until(lambda: nano(str(own_key(running)["spent_usd"])))
        assert spent == nano(done["cost_usd"]) > 0
        assert f"key:{key['id']}" in {balance["account"] for balance in running.items("/api/ledger/balances")}
        assert running.solvent("audit").returncode == 0

        (waiting,) = running.get("/api/opinions", standing="pending")["items"]
        assert waiting["cause"] == HONEST
        approved = running.admin.patch(f"/api/opinions/{waiting['id']}", json={"standing": "approved"})
        assert approved.json()["standing"] == "approved"
        seen = client.get(f"{path}?lang=en").text
        assert "model-assisted, approved by a person" in seen
        told = client.get(f"{path}.json?lang=en").json()
        assert (told["report"]["source"], told["category"], told["wallet"]) == ("model-assisted", "other", "none")
        ask(client, paste(client, "one"))
        assert len([one for one in running.get("/api/requests")["items"] if one["key_id"] == key["id"]]) == 1, (
            "the same text costs nothing again"
        )

        assert ask(client, paste(client, "zwei", "zh"), "zh").startswith("/e/")
        assert running.admin.delete(f"/api/occurrences/{waiting['occurrence_id']}").status_code == 200
        assert waiting["id"] not in {one["id"] for one in running.items("/api/opinions")}


def test_a_stream_brings_checked_sentences_one_by_one(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "stream")) as running, desk_of(running) as client:
        path = paste(client, "one")
        with client.stream("POST", f"{path}/opinion", data={"lang": "zh"}, headers={"accept": "text/event-stream"}) as answer:
            raw = "".join(answer.iter_text())
        events = [(name, json.loads(data)) for name, data in re.findall(r"event: (\w+)\ndata: (.*)\n", raw)]
        assert [name for name, _ in events] == ["piece"] * 7 + ["end"]
        assert events[0][1]["text"] == "模拟的回答：没有人读过这段文本。"
        assert "模型辅助，未经人工核对" in client.get(events[-1][1]["to"].partition("#")[0]).text


def test_a_day_that_is_spent_is_an_honest_sentence(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "spent", budget="0.000001")) as running, desk_of(running) as client:
        path = paste(client, "one")
        place = ask(client, path)
        assert "trouble=budget" in place
        assert "What this desk may spend on a model today is spent." in client.get(place).text
        assert client.get(f"{path}?lang=en").status_code == 200


def test_a_dry_account_is_an_honest_sentence_and_listed_like_any_request(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "dry", usd="0")) as running, desk_of(running) as client:
        place = ask(client, paste(client, "one"))
        assert "trouble=refused" in place
        assert "no account of it took the question" in client.get(place).text
        key = own_key(running)
        (done,) = until(lambda: [one for one in running.get("/api/requests")["items"] if one["key_id"] == key["id"]])
        assert (done["status"], done["cost_usd"]) == (503, "0.00")


def test_a_revoked_key_ends_it_at_once_and_a_restart_begins_anew(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "revoked")) as running, desk_of(running) as client:
        path = paste(client, "one")
        assert running.admin.delete(f"/api/keys/{own_key(running)['id']}").status_code == 200
        assert "trouble=no_key" in ask(client, path)
        running.end()
        running.start()
        with desk_of(running) as again:
            assert "answer=" in ask(again, path)


def test_the_key_is_printed_and_kept_nowhere(provider: Sandbox, tmp_path: Path) -> None:
    with gateway(tmp_path / "serve", config(provider, "secret")) as running, desk_of(running) as client:
        ask(client, paste(client, "one"))
        assert b"sk-slv-" not in running.program.printed()
        kept = b"".join(file.read_bytes() for file in running.data.rglob("*") if file.is_file())
        assert b"sk-slv-" not in kept
