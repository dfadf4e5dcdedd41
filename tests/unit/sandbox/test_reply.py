from __future__ import annotations

from solvent.sandbox.answers import Choice
from solvent.sandbox.reply import PROPER, Reply, Told, Wire


def test_a_reply_is_proper_unless_it_says_otherwise() -> None:
    assert Reply(200).wire is PROPER == Wire()
    assert not any((PROPER.hang, PROPER.gzip, PROPER.truncate, PROPER.garbage, PROPER.close))


def test_the_output_is_that_of_all_choices() -> None:
    told = Told(
        "id", "m", 0, 5, (Choice(("a", "b"), "", "stop"), Choice(("c",), "tool", "tool")), ("", "call"), tells_usage=True, usage_more={}
    )
    assert told.output_tokens == 4
