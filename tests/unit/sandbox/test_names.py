from __future__ import annotations

import random
import re
from datetime import UTC, datetime

import pytest

from solvent.diagnosis.paste import request_ids
from solvent.sandbox.names import Names

NOW = datetime(2026, 11, 25, 9, 8, 7, 65, tzinfo=UTC)


def names() -> Names:
    return Names(random.Random(1).randbytes)


@pytest.mark.parametrize(
    ("drawn", "form"),
    [
        (names().anthropic_request(), r"req_011C[1-9A-Za-z]{20}"),
        (names().openai_request(), r"req_[0-9a-f]{32}"),
        (names().new_api_request(NOW), r"202611250908070000650008268d9d6[0-9A-Za-z]{8}"),
        (names().message(), r"msg_01[1-9A-Za-z]{22}"),
        (names().completion(), r"chatcmpl-[0-9A-Za-z]{29}"),
        (names().generation(NOW), r"gen-\d{10}-[0-9A-Za-z]{20}"),
        (names().plain(), r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        (names().openai_call(), r"call_[0-9A-Za-z]{24}"),
        (names().anthropic_call(), r"toolu_01[1-9A-Za-z]{22}"),
    ],
)
def test_a_name_has_its_providers_form(drawn: str, form: str) -> None:
    assert re.fullmatch(form, drawn)


def test_the_same_randomness_draws_the_same_names_and_goes_on_to_others() -> None:
    first, second = names(), names()
    assert first.completion() == second.completion() != first.completion()


def test_the_desk_reads_the_instant_out_of_a_relays_id() -> None:
    read = request_ids.decode(names().new_api_request(NOW))
    assert (read.issuer, read.times) == ("new-api", ("2026-11-25T09:08:07Z",))
