from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.pricing.images import FRAME_TOKENS, Size, size, tokens


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x11\x00" * 3)


def jpeg(width: int, height: int, marker: int = 0xC0) -> bytes:
    thumbnail = b"Exif\0\0" + b"\xff\xd8" + frame(160, 120)
    return (
        b"\xff\xd8"
        + segment(0xE1, thumbnail)
        + b"\xff"
        + segment(0xDB, b"\0" * 65)
        + segment(0xC4, b"\0" * 20)
        + frame(width, height, marker)
    )


def webp(kind: bytes, payload: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(payload) + 12) + b"WEBP" + kind + struct.pack("<I", len(payload)) + payload


FILES = {
    "png": png(640, 480),
    "gif": b"GIF89a" + struct.pack("<HH", 640, 480) + b"\0\0\0",
    "jpeg": jpeg(640, 480),
    "progressive jpeg": jpeg(640, 480, 0xC2),
    "webp extended": webp(b"VP8X", b"\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")),
    "webp lossless": webp(b"VP8L", b"\x2f" + (639 | 479 << 14).to_bytes(4, "little")),
    "webp lossy": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)),
}


@pytest.mark.parametrize("name", FILES)
def test_the_size_stands_in_the_head(name: str) -> None:
    assert size(FILES[name]) == Size(640, 480)


@pytest.mark.parametrize("name", FILES)
def test_a_head_that_is_cut_off_has_no_size(name: str) -> None:
    for length in range(len(FILES[name])):
        assert size(FILES[name][:length]) in (None, Size(640, 480))
    assert size(FILES[name][:9]) is None


def test_real_files_are_read() -> None:
    one_pixel_gif = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
    one_pixel_png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
    one_pixel_webp = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
    assert [size(data) for data in (one_pixel_gif, one_pixel_png, one_pixel_webp)] == [Size(1, 1)] * 3


@given(st.binary(max_size=200))
def test_odd_bytes_are_no_picture_and_no_error(data: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBPVP8L"):
        found = size(start + data)
        assert found is None or min(found) > 0


@pytest.mark.parametrize(
    ("model", "pixels", "low", "expected"),
    [
        ("claude-opus-4-7", Size(3840, 2160), False, 4_784),
        ("claude-opus-5-5", Size(1092, 1092), False, 1_521),
        ("claude-sonnet-4-5-20250929", Size(3840, 2160), False, 1_600),
        ("claude-sonnet-4-20250514", Size(3840, 2160), False, 1_600),
        ("claude-3-5-sonnet-latest", None, False, 1_600),
        ("anthropic/claude-haiku-5-5", None, False, 4_784),
        ("claude-opus-4-8", Size(200, 200), False, 64),
        ("gpt-4o", Size(1024, 1024), False, 85 + 170 * 4),
        ("gpt-4o", Size(4096, 8192), False, 85 + 170 * 6),
        ("gpt-4o", Size(4096, 8192), True, 85),
        ("gpt-4o", None, False, 85 + 170 * 8),
        ("gpt-4o-mini", Size(2048, 768), False, 2_833 + 5_667 * 8),
        ("gpt-5", Size(1024, 1024), False, 70 + 140 * 4),
        ("gpt-5-mini", Size(1024, 1024), False, 2_520),
        ("gpt-5.6", Size(3200, 3200), False, 24_600),
        ("o3", Size(1024, 1024), False, 75 + 150 * 4),
        ("gemini-2.5-pro", Size(1024, 1024), False, 258 * 16),
        ("gemini-3-pro-preview", Size(100, 100), False, 2_240),
    ],
)
def test_the_documented_rules(model: str, pixels: Size | None, low: bool, expected: int) -> None:  # noqa: FBT001
    assert tokens(model, pixels, low=low) == expected + FRAME_TOKENS


@pytest.mark.parametrize(
    ("model", "pixels"), [("gpt-5.6", None), ("qwen3-vl-plus", Size(10, 10)), ("gpt-oss-120b", Size(10, 10)), ("gemini-2.5-pro", None)]
)
def test_where_no_rule_is_known_there_is_no_bound(model: str, pixels: Size | None) -> None:
    assert tokens(model, pixels) is None
