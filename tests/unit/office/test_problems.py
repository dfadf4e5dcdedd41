from __future__ import annotations

import json

from solvent.office.problems import problem


def test_a_refusal_is_problem_details() -> None:
    answer = problem(409, "Not now", "Because; do this.", mistakes=["one"])
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert json.loads(bytes(answer.body)) == {
        "type": "about:blank",
        "title": "Not now",
        "status": 409,
        "detail": "Because; do this.",
        "mistakes": ["one"],
    }
