from __future__ import annotations

import pytest

from solvent.console.proof import ANSWER_S_MAX, PASTED_S_MAX, Proof

SECRET = b"a secret of the test, 32 bytes long"


class Now:
    s = 1_800_000_000


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def proof(now: Now) -> Proof:
    return Proof(SECRET, now_s=lambda: now.s)


def test_a_proof_names_its_answer_for_a_month(proof: Proof, now: Now) -> None:
    held = proof.of_answer("opinion1")
    now.s += ANSWER_S_MAX
    assert proof.answer(held) == "opinion1"
    now.s += 1
    assert proof.answer(held) is None


@pytest.mark.parametrize("forged", [None, "", "opinion1", "opinion1.aaaa.bbbb", "一", "a.b.c.d", "." * 50])
def test_what_was_not_signed_proves_nothing(proof: Proof, forged: str | None) -> None:
    assert proof.answer(forged) is None
    assert not proof.pasted(forged, "opinion1")


def test_a_proof_of_one_kind_is_none_of_the_other_and_one_secret_is_not_another(proof: Proof) -> None:
    assert proof.answer(proof.of_paste("id")) is None
    assert not proof.pasted(proof.of_answer("id"), "id")
    assert Proof(b"another secret, 32 bytes long too").answer(proof.of_answer("id")) is None


def test_who_just_pasted_can_prove_it_for_ten_minutes(proof: Proof, now: Now) -> None:
    held = proof.of_paste("paste1")
    assert proof.pasted(held, "paste1")
    assert not proof.pasted(held, "paste2")
    now.s += PASTED_S_MAX + 1
    assert not proof.pasted(held, "paste1")
