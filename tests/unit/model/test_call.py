from __future__ import annotations

from solvent.model.call import UpstreamRequest
from solvent.model.route import Timeouts


def test_neither_the_key_nor_the_words_are_shown() -> None:
    shown = repr(UpstreamRequest(b"x-api-key: sk-secret\r\n", b'{"messages":"words"}', Timeouts(), stream=True))
    assert shown == "UpstreamRequest(20 bytes, stream=True)"
