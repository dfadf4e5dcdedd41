from __future__ import annotations

import re

import pytest

from tests.unit.console.conftest import FORM, Visitor

WORDS = "用户额度不足, 剩余额度: $0.001842"


# Encodings that Python has and no form is written in.
CODECS = (("idna", b"xn--a"), ("punycode", "é".encode()))


def multipart(raw: bytes, name: str = 'name="raw"; filename="error.txt"') -> tuple[bytes, dict[str, str]]:
    body = b"--cut\r\nContent-Disposition: form-data; " + name.encode() + b"\r\n\r\n" + raw + b"\r\n--cut--\r\n"
    return body, {"content-type": "multipart/form-data; boundary=cut"}


def shown(visitor: Visitor, body: bytes, headers: dict[str, str]) -> str:
    answer = visitor.send("/e", body, headers)
    assert answer.status == 303, answer.text
    return visitor.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"raw=" + WORDS.encode(), FORM),
        (b"raw=" + "".join(f"%{byte:02X}" for byte in WORDS.encode()).encode(), FORM),
        multipart(WORDS.encode()),
        multipart(WORDS.encode("gb18030")),
        multipart(WORDS.encode("utf-16")),
        multipart(WORDS.encode(), 'name="raw"'),
    ],
    ids=["bare", "escaped", "file", "file of a Chinese Windows", "utf-16", "part"],
)
def test_chinese_arrives_however_it_is_sent(visitor: Visitor, body: bytes, headers: dict[str, str]) -> None:
    assert WORDS in shown(visitor, body, headers)


def test_other_letters_are_left_alone(visitor: Visitor) -> None:
    assert "HTTP 500: café" in shown(visitor, b"raw=HTTP+500:+caf%C3%A9", FORM)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (*multipart(b"\x00\x01\x02\x03" * 300), 400),
        (*multipart(b""), 400),
        (*multipart(b"x" * (256 * 1024 + 1)), 413),
        (b"--other\r\n", {"content-type": "multipart/form-data; boundary=cut"}, 400),
        (b"x", {"content-type": "multipart/form-data"}, 400),
        (b"&".join(b"a%d=1" % number for number in range(200)), FORM, 400),
        (b"raw=x", {"content-type": "application/octet-stream"}, 415),
        *(
            (multipart(text, 'name="raw"')[0], {"content-type": f"multipart/form-data; boundary=cut; charset={name}"}, 400)
            for name, text in CODECS
        ),
    ],
)
def test_forms_that_cannot_be_read(visitor: Visitor, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = visitor.send("/e", body, headers)
    assert answer.status == status
    assert re.search(r"<h1[ >]", answer.text)
