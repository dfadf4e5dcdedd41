"""What may be pasted at all: the bounds of an input and the honest words for one that is outside them."""

from __future__ import annotations

from solvent.base.errors import TooLargeError, UsageError

PASTE_BYTES_MAX = 256 * 1024
_BINARY_SHARE = 10  # per cent of control characters or undecodable bytes above which a text counts as binary


_TOO_LARGE = (
    f"the text is too large: at most {PASTE_BYTES_MAX:,} bytes are read; paste only the error and the lines around it, "
    "for example with `tail -c 200000 FILE | solvent explain`"
)


def decode(raw: bytes) -> str:
    """The text of a paste: UTF-8, UTF-16 with a byte order mark, else GB18030, the encoding of Chinese Windows consoles.

    Raises `UsageError` where it is empty or not text, `TooLargeError` where it is too large.
    """
    if len(raw) > PASTE_BYTES_MAX:
        raise TooLargeError(_TOO_LARGE)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", "replace")
    elif (wide := _wide(raw)) is not None:
        text = raw.decode(wide, "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = _legacy(raw)
    return accept(text)


def accept(text: str) -> str:
    """The text itself where it can be read. Raises `UsageError` where it is empty or not text, `TooLargeError` where it is too large."""
    if not text.strip():
        message = "there is nothing to explain: the text is empty; paste the error message or pipe it in"
        raise UsageError(message)
    if len(text) * 4 > PASTE_BYTES_MAX and len(text.encode("utf-8", "replace")) > PASTE_BYTES_MAX:
        raise TooLargeError(_TOO_LARGE)
    sample = text[:8192]
    strange = sum(1 for char in sample if (char < " " and char not in "\t\n\r\x1b\x0b\x0c") or char in "\ufffd\x7f")
    if strange * 100 > len(sample) * _BINARY_SHARE:
        message = "this is not text: it looks like a binary file; paste the error message as text"
        raise UsageError(message)
    # Lone surrogates can be held in a string but neither stored nor sent.
    return text.encode("utf-8", "replace").decode("utf-8")


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a byte order mark, as some Windows tools write it: every other byte of Latin text is zero."""
    sample = raw[:400]
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if len(zeros) > 3 and zeros.count(0) * 10 > len(zeros) * 7:
            return name
    return None


def _legacy(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
