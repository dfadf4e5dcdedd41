"""What the desk gives who asked a model, in place of a cookie: a signed word that names their answer, or the paste that they just sent."""

from __future__ import annotations

from collections.abc import Callable

from itsdangerous import BadSignature

from solvent.console.signing import Signer

ANSWER_S_MAX = 30 * 24 * 3600
PASTED_S_MAX = 600
_SALT = "solvent.console.opinion"


class Proof:
    """Makes and reads proofs. `now_s` tells the time in whole seconds since 1970; by default the machine's."""

    def __init__(self, secret: bytes, *, now_s: Callable[[], int] | None = None) -> None:
        self._answers = Signer(secret, f"{_SALT}.answer", now_s)
        self._pastes = Signer(secret, f"{_SALT}.paste", now_s)

    def of_answer(self, opinion_id: str) -> str:
        """For whoever asked: good for `ANSWER_S_MAX` seconds."""
        return self._answers.sign(opinion_id).decode("ascii")

    def answer(self, proof: str | None) -> str | None:
        """The id of the opinion that the proof names; None where it proves nothing."""
        return _read(self._answers, proof, ANSWER_S_MAX)

    def of_paste(self, occurrence_id: str) -> str:
        """For whoever just pasted this: good for `PASTED_S_MAX` seconds."""
        return self._pastes.sign(occurrence_id).decode("ascii")

    def pasted(self, proof: str | None, occurrence_id: str) -> bool:
        """Whether the proof is of this paste."""
        return _read(self._pastes, proof, PASTED_S_MAX) == occurrence_id


def _read(signer: Signer, proof: str | None, age_s_max: int) -> str | None:
    if not proof or not proof.isascii():
        return None
    try:
        return signer.unsign(proof, max_age=age_s_max).decode("ascii")
    except BadSignature:
        return None
