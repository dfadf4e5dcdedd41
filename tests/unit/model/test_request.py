from __future__ import annotations

from solvent.model.request import BadRequestError


def test_a_bad_request_names_the_field_and_says_what_is_wrong() -> None:
    problem = BadRequestError("messages", "`messages` is empty")
    assert (problem.field, problem.message, str(problem)) == ("messages", "`messages` is empty", "`messages` is empty")
