"""OpenAI's chat completions: requests, streams, answers and errors. Field names as in the openai package 3.57's types."""

from __future__ import annotations

from solvent.dialects.openai_chat.dialect import OPENAI_CHAT

__all__ = ["OPENAI_CHAT"]
