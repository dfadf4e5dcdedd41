"""Pictures: their size from the first bytes of the file, and the most tokens that one can cost by what its maker documents.

Nothing is decoded. A maker whose rule we have not read has no bound here.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


def size(data: bytes) -> Size | None:
    """The size that a PNG, JPEG, GIF or WebP file states; None for anything else or a head that is cut off."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        found = _big(data, 16, 4), _big(data, 20, 4)
    elif data.startswith((b"GIF87a", b"GIF89a")):
        found = _little(data, 6, 2), _little(data, 8, 2)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        found = _webp(data)
    elif data.startswith(b"\xff\xd8"):
        found = _jpeg(data)
    else:
        return None
    return Size(*found) if found[0] > 0 and found[1] > 0 else None


def _big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big") if len(data) >= at + length else 0


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little") if len(data) >= at + length else 0


def _webp(data: bytes) -> tuple[int, int]:
    """RFC 9649: the extended form, the lossless form, the lossy form (a VP8 key frame, RFC 6386)."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    if kind == b"VP8L" and data[20:21] == b"\x2f" and len(data) >= 25:
        bits = _little(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return 0, 0


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame; the three are tables and an extension
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def _jpeg(data: bytes) -> tuple[int, int]:
    """ITU T.81: walk from marker to marker up to the frame's head, so that a thumbnail inside another segment is passed over."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        at += 2 + max(2, _big(data, at + 2, 2))
    return 0, 0


# Anthropic: a token for each patch of 28 × 28 pixels, after scaling down to at most 1,568 tokens (4,784 from Claude 4.7 on); its
# older page says "~1,600 tokens". https://platform.claude.com/docs/en/build-with-claude/vision, in a copy read 2026-11-25; the two
# caps in what others quote of that page.
_CLAUDE_OLD = re.compile(r"claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:[-.@][0-6](?![0-9])|[-.@]20|[:@]|$))")
_CLAUDE_CAP_OLD, _CLAUDE_CAP = 1_600, 4_784

# OpenAI: https://developers.openai.com/api/docs/guides/images-vision, in a copy read 2026-11-25. Either so much for the picture
# and for each tile of 512 pixels, after fitting it into 2,048 × 2,048 and its shorter side to 768; or 32 × 32 patches times a factor of
# at most 2.46. From GPT-5.6 on the patches are not capped. The dearer of both is taken for a model that is in neither list.
_TILES = (
    (re.compile(r"gpt-4o-mini"), 2_833, 5_667),
    (re.compile(r"gpt-4o|chatgpt-4o|gpt-4\.5|gpt-4\.1(?!-mini|-nano)|gpt-4-(?:turbo|vision|1106-vision)"), 85, 170),
    (re.compile(r"gpt-5(?:-chat|-2025|$)"), 70, 140),
    (re.compile(r"o[13](?!-mini)"), 75, 150),
    (re.compile(r"computer-use"), 65, 129),
)
_TILES_MAX = 8  # 2,048 × 768
_OPENAI = re.compile(r"gpt-(?!oss)|o[1-9]|chatgpt-|computer-use")

# Google: 258 tokens a picture or a tile, and a tile is at least 256 pixels wide
# (https://ai.google.dev/gemini-api/docs/image-understanding, in copies read 2026-11-25); Gemini 3 by a budget of at most 2,240.
_GEMINI_TILE, _GEMINI_BUDGET = 258, 2_240

FRAME_TOKENS = 16  # what stands around a picture in the prompt; not documented, a margin


def tokens(model: str, found: Size | None, *, low: bool = False) -> int | None:
    """The most tokens that a picture costs at `model`, an upstream's name; None where no rule that we know bounds it.

    `found` is None where the size is not known (a remote address): then only a rule with a cap of its own helps. `low`: the request
    asks for OpenAI's low detail.
    """
    name = model.lower().rpartition("/")[2]
    if "claude" in name:
        cap = _CLAUDE_CAP_OLD if _CLAUDE_OLD.search(name) else _CLAUDE_CAP
        return (cap if found is None else min(cap, _patches(found, 28))) + FRAME_TOKENS
    if _OPENAI.match(name):
        return _openai(name, found, low=low)
    if name.startswith("gemini") and found is not None:
        return max(_GEMINI_BUDGET, _GEMINI_TILE * _patches(found, 256)) + FRAME_TOKENS
    return None


def _openai(name: str, found: Size | None, *, low: bool) -> int | None:
    for pattern, base, tile in _TILES:
        if pattern.match(name):
            return base + (0 if low else tile * _tiles(found)) + FRAME_TOKENS
    if found is None:
        return None
    return max(_up(_patches(found, 32) * 246, 100), 85 + 170 * _tiles(found)) + FRAME_TOKENS


def _patches(found: Size, side: int) -> int:
    return _up(found.width, side) * _up(found.height, side)


def _tiles(found: Size | None) -> int:
    """Tiles of 512 pixels; the page says that a small picture is scaled up, which is the dearer reading."""
    if found is None:
        return _TILES_MAX
    longer, shorter = max(found), min(found)
    if longer > 2_048:
        longer, shorter = 2_048, _up(shorter * 2_048, longer)
    return min(_TILES_MAX, _up(_up(longer * 768, shorter), 512) * 2)


def _up(number: int, divisor: int) -> int:
    return -(-number // divisor)
