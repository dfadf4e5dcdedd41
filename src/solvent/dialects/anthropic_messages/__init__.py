"""Anthropic's messages: requests, streams, answers and errors. Field names as in the anthropic package 2.13's types."""

from __future__ import annotations

from solvent.dialects.anthropic_messages.dialect import ANTHROPIC_MESSAGES

__all__ = ["ANTHROPIC_MESSAGES"]
