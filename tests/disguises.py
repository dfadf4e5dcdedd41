"""Secrets of every kind, in everything that people wrap around them, and whether an answer tells one in any writing."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, unquote

HEX32 = "9f86d081884c7d659a2feaa0c55ad015"
# By name: what is pasted, and what of it nobody may see.
SECRETS: dict[str, tuple[str, str]] = {
    name: (text, core or text)
    for name, text, core in (
        ("openai", "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6", ""),
        ("relay", "sk-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6", ""),
        ("anthropic", "sk-ant-api03-Zy9xW8vU7tS6rQ5pO4nM3lK2jI1hG0fE-dC_bA1aB2cD3eF4gH5-AAAA", ""),
        ("own", "sk-slv-xegfrs5kdx2z4cw3geeby5tpzfy5ju5e", ""),
        ("google", "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q", ""),
        ("groq", "gsk_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T1u2V3w4X", ""),
        ("xai", "xai-1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P", ""),
        ("aws", "AKIA1B2C3D4E5F6G7H8I", ""),
        ("github", "ghp_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R", ""),
        ("token", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", ""),
        ("zhipu", f"{HEX32}.aB3dE5fG7hI9jK1l", ""),
        ("organization", "org-a1B2c3D4e5F6g7H8i9J0k1L2", ""),
        ("e-mail", "zhang.wei99@mail.example.com", "zhang.wei99"),
        ("phone", "13812345678", ""),
        ("phone in groups", "138 1234 5678", ""),
        ("phone with dashes", "138-1234-5678", ""),
        ("phone from abroad", "+86 13812345678", "13812345678"),
        ("phone in one", "+8613812345678", "13812345678"),
        ("phone of another country", "+14155552671", ""),
        ("phone in the American way", "+1 (415) 555-2671", "555-2671"),
        ("phone in the British way", "+44 20 7946 0958", "7946 0958"),
        ("home", "/home/zhangwei/app", "zhangwei"),
        ("home of a Mac", "/Users/zhangwei/app", "zhangwei"),
        ("home of Windows", r"C:\Users\zhangwei\app", "zhangwei"),
        ("home of Windows with slashes", "C:/Users/zhangwei/app", "zhangwei"),
        ("account", "arn:aws:bedrock:us-east-1:123456789012:model/x", "123456789012"),
    )
}


def _cut(text: str, length: int, joint: str) -> str:
    return joint.join(text[place : place + length] for place in range(0, len(text), length))


def wide(text: str) -> str:
    """As a Chinese keyboard writes it when it is set so."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def _told(text: str) -> str:
    return f"openai.AuthenticationError: Error code: 401 - incorrect value provided: {text} and some more words that follow it here"


AROUND: dict[str, Callable[[str], str]] = {
    "alone": lambda text: text,
    "prose": lambda text: f"Error 401 for {text} today.",
    "end of a sentence": lambda text: f"It is {text}.",
    "JSON": lambda text: json.dumps({"error": {"message": f"Not good, {text}, so", "code": 401}}),
    "JSON value": lambda text: json.dumps({"x": text}),
    "JSON in JSON": lambda text: json.dumps({"body": json.dumps({"v": text})}),
    "JSON in JSON in JSON": lambda text: json.dumps({"b": json.dumps({"body": json.dumps({"v": text})})}),
    "JSON list": lambda text: json.dumps([text, text]),
    "JSON with slashes escaped": lambda text: json.dumps({"v": text}).replace("/", r"\/"),
    "behind a line break in a string": lambda text: f'"a\\n{text}\\nb"',
    "code points": lambda text: '{"v":"' + "".join(f"\\u{ord(sign):04x}" for sign in text) + '"}',
    "some code points": lambda text: '{"v":"' + text.replace("-", "\\u002d").replace("@", "\\u0040") + '"}',
    "bytes of a Python string": lambda text: '"' + "".join(f"\\x{ord(sign):02x}" for sign in text) + '"',
    "Python": lambda text: repr({"v": text}),
    "Python bytes": lambda text: repr(f"v={text}".encode()),
    "traceback": lambda text: (
        f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    c = OpenAI("{text}")\nValueError: {text!r}'
    ),
    "JavaScript": lambda text: f"{{ apiKey: '{text}' }}",
    "query": lambda text: f"https://r.example/p?a=1&v={text}&b=2",
    "path": lambda text: f"https://r.example/{text}/x",
    "percent signs": lambda text: f"https://r.example/p?v={quote(text, safe='')}",
    "percent signs twice": lambda text: f"https://r.example/p?v={quote(quote(text, safe=''), safe='')}",
    "all percent signs": lambda text: "v=" + "".join(f"%{byte:02X}" for byte in text.encode()),
    "curl": lambda text: f"curl https://r.example -H 'Authorization: Bearer {text}' -d '{{}}'",
    "curl -v": lambda text: f"> Authorization: Bearer {text}\n< HTTP/1.1 401",
    "environment": lambda text: f"export OPENAI_API_KEY={text}",
    "PowerShell": lambda text: f'$env:OPENAI_API_KEY="{text}"',
    "Chinese": lambda text: f"我的密钥是{text}报错了怎么办",
    "Chinese, nothing told": lambda text: f"用{text}调用接口返回401",
    "Chinese brackets": lambda text: f"令牌（{text}）无效，「{text}」也是",
    "Chinese colon": lambda text: f"联系方式：{text}。",
    "full width": wide,
    "full width in Chinese": lambda text: f"我的：{wide(text)} 报错",
    "a terminal of 80 columns": lambda text: _cut(_told(text), 80, "\n"),
    "zero width": lambda text: "it was " + _cut(text, 5, "\u200b"),
    "soft hyphens": lambda text: "it was " + _cut(text, 7, "\u00ad"),
    "colours": lambda text: f"\x1b[31m{text}\x1b[0m",
    "many colours": lambda text: "it was \x1b[31m" + _cut(text, 9, "\x1b[0m\x1b[31m") + "\x1b[0m",
    "entities": lambda text: f"v &quot;{text}&quot;",
    "all entities": lambda text: "v " + "".join(f"&#{ord(sign)};" for sign in text),
    "some entities": lambda text: "v " + text.replace("-", "&#45;").replace("@", "&#64;").replace("/", "&#47;"),
    "XML": lambda text: f"<k>{text}</k><k v='{text}'/>",
    "Markdown": lambda text: f"the value `{text}` and **{text}** fail",
    "table": lambda text: f"| a | {text} | b |\na\t{text}\tb\na,{text},b;{text};c",
    "log": lambda text: f"2026-11-29 10:00:00 INFO req[{text}] failed ({text})",
    "emoji": lambda text: f"🔑{text}🔑",
}
# What is longer than a line of a narrow window is cut there, at every place.
CUT: dict[str, Callable[[str], str]] = {
    "lines": lambda text: "Not good: " + _cut(text, 20, "\n"),
    "Windows lines": lambda text: "Not good: " + _cut(text, 18, "\r\n"),
    "indented lines": lambda text: "key: " + _cut(text, 18, "\n    "),
    "a shell's lines": lambda text: "key: " + _cut(text, 18, "\\\n"),
    "a frame": lambda text: "│ " + _cut(_told(text), 60, "\n│ "),
    "strings put together": lambda text: 'x = "' + _cut(text, 18, '"\n    "') + '"',
    "strings added": lambda text: 'x = "' + _cut(text, 18, '" + "') + '"',
}
LONG = ("openai", "relay", "anthropic", "own", "google", "groq", "xai", "aws", "github", "token", "zhipu", "organization")


def matrix() -> list[tuple[str, str, str]]:
    """Every secret in every surrounding: what it is called, the paste, and what nobody may see of it."""
    every = [(f"{name}, {place}", around(text), core) for name, (text, core) in SECRETS.items() for place, around in AROUND.items()]
    return every + [(f"{name}, {place}", around(SECRETS[name][0]), SECRETS[name][1]) for name in LONG for place, around in CUT.items()]


def tells(text: str, core: str) -> bool:
    """Whether a text holds the secret, in plain writing or in any that a reader could undo."""
    readings = {text}
    for _ in range(3):
        readings |= {undo(reading) for reading in readings for undo in _UNDO}
    bare = _BARE.sub("", core)
    return any(core in reading or bare in _BARE.sub("", reading) for reading in readings)


_BARE = re.compile(r"[\s│\\\"'+]")
_UNDO: tuple[Callable[[str], str], ...] = (
    html.unescape,
    unquote,
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: re.sub(r"\\{1,4}u([0-9a-fA-F]{4})|\\{1,4}x([0-9a-fA-F]{2})", lambda found: chr(int(found[1] or found[2], 16)), text),
    lambda text: text.replace("\\/", "/").replace("\\\\", "\\"),
    lambda text: re.sub(r"[\u200b\u00ad]|\x1b\[[0-9;]*m", "", text),
)
