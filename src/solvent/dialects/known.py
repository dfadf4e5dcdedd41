"""The dialects that the gateway speaks: the one list of them."""

from __future__ import annotations

from solvent.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from solvent.dialects.dialect import Dialect
from solvent.dialects.openai_chat import OPENAI_CHAT
from solvent.model.route import DialectName

DIALECTS: dict[DialectName, Dialect] = {DialectName.OPENAI: OPENAI_CHAT, DialectName.ANTHROPIC: ANTHROPIC_MESSAGES}
