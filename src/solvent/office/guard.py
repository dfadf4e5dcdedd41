"""The office's front door, before any page or API: the Host check, the limits of rate and size, the headers of a strict site, and
the boundary where an unexpected failure becomes an honest page with an incident id.

Written straight on ASGI: it must see every request, also those that no route takes, and it must stop a body while it arrives.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solvent.access import ratelimit
from solvent.access.ratelimit import Bucket, Rate
from solvent.base.errors import raised_at
from solvent.base.paste import PASTE_BYTES_MAX
from solvent.catalogue.tables import Words
from solvent.office.forwarded import peer

# A paste in a form: percent-encoding takes up to three bytes for one, Chinese text nine for three.
BODY_BYTES_MAX = PASTE_BYTES_MAX * 4 + 64 * 1024
BODY_S = 30
_ADDRESSES_MAX = 10_000
_THIS_MACHINE = "this machine"
_HOST = re.compile(r"(?:\[(?P<numbers>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9._-]{1,253}))(?::[0-9]{1,5})?")
_HEADERS = [
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_WRONG_HOST = (
    Words(en="This server does not answer to that name", zh="这台服务器不用这个名字"),
    Words(
        en="The Host header names another site. Open the address that the program printed at its start.",
        zh="请求的 Host 写的是别的站点。请打开程序启动时打印的地址。",
    ),
)
_TOO_MANY = (
    Words(en="Too many requests from this address", zh="这个地址的请求太多"),
    Words(
        en="Wait {wait} s and send it again. The operator of this site sets the limit with `{setting}`.",
        zh="请等 {wait} 秒再试。上限由本站管理员用 `{setting}` 设定。",
    ),
)
_ASKING = (
    Words(en="A model is being asked from this address", zh="这个地址正在询问模型"),
    Words(en="One question at a time: wait for the answer to the other one.", zh="一次只能问一个：请等上一个问题答完。"),
)
_TOO_LARGE = (
    Words(en="That is too much text", zh="文本太大"),
    Words(
        en=f"At most {PASTE_BYTES_MAX // 1024} KiB are read. Paste only the error and the lines around it.",
        zh=f"最多读取 {PASTE_BYTES_MAX // 1024} KiB。请只粘贴错误和它前后的几行。",
    ),
)
_TOO_SLOW = (
    Words(en="The text did not arrive in time", zh="文本没有及时传完"),
    Words(en=f"A request must be whole after {BODY_S} s. Send it again.", zh=f"请求需在 {BODY_S} 秒内传完。请重新发送。"),
)
_FAILED = (
    Words(en="This page failed, and it is our fault", zh="页面出错了，是我们的问题"),
    Words(
        en="Go back in the browser: what you typed is still there. Tell the operator the incident id {incident}.",
        zh="请在浏览器里后退，你输入的内容还在。把事故编号 {incident} 告诉管理员。",
    ),
)
_log = logging.getLogger("solvent.office")


class _TooLargeError(Exception):
    """The body went over the limit while it arrived."""


class _Bounded:
    """A request's messages, until the body is whole counted and waited for no longer than `BODY_S` seconds."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken = 0
        self._whole = False
        self._deadline = asyncio.get_running_loop().time() + BODY_S

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        async with asyncio.timeout_at(self._deadline):
            message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > BODY_BYTES_MAX:
            raise _TooLargeError
        self._whole = not message.get("more_body", False)
        return message


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one address may post, read, and have a model asked (None: there is none), that also in a day (None: without end).

    `client_of` tells whose address counts.
    """

    posts: Rate
    reads: Rate
    asks: Rate | None = None
    asks_a_day: Rate | None = None
    client_of: Callable[[Scope], str] = peer


class Guard:
    """Wraps the application. `hosts` are the names that may stand in `Host` (without port); addresses that are numbers may always,
    since no attacker's name can resolve to one in the Host header. `limits` are for strangers: whoever `trusted` recognises by the
    `Authorization` header may call as often as a script likes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        limits: Limits,
        trusted: Callable[[str], bool],
        now_ns: Callable[[], int],
        incident: Callable[[], str],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._rates = {
            "reads_per_minute": limits.reads,
            "posts_per_minute": limits.posts,
            "model_asks_per_minute": limits.asks or limits.posts,
        }
        if limits.asks_a_day is not None:
            self._rates["model_asks_per_day"] = limits.asks_a_day
        self._trusted = trusted
        self._client_of = limits.client_of
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._asking: set[str] = set()
        self._now_ns = now_ns
        self._incident = incident

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection event; only HTTP requests are guarded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        # Of two, one reader would take the first and another the last.
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or not self._host_allowed(named[0].decode("latin-1")):
            await _refuse(scope, send, 421, _WRONG_HOST)
            return
        trusted = self._trusted(headers.get(b"authorization", b"").decode("latin-1"))
        client = _neighbourhood(self._client_of(scope))
        wait_s, setting = (0, "") if trusted else self._wait_s(scope, client)
        if wait_s:
            values = {"wait": str(wait_s), "setting": f"[desk] {setting}"}
            await _refuse(scope, send, 429, _TOO_MANY, values, [(b"retry-after", str(wait_s).encode())])
            return
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > BODY_BYTES_MAX:
            await _refuse(scope, send, 413, _TOO_LARGE)
            return
        if trusted or client == _THIS_MACHINE or not _asks_a_model(scope):
            await self._pass(scope, receive, send)
        else:
            await self._pass_alone(client, scope, receive, send)

    async def _pass_alone(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets nobody hold all of the few places of those who ask a model."""
        if client in self._asking:
            await _refuse(scope, send, 429, _ASKING)
            return
        self._asking.add(client)
        try:
            await self._pass(scope, receive, send)
        finally:
            self._asking.discard(client)

    def _host_allowed(self, host: str) -> bool:
        found = _HOST.fullmatch(host.lower())
        if found is None:
            return False
        name = found.group("numbers") or found.group("name")
        return name in self._hosts or _address(name) is not None

    def _wait_s(self, scope: Scope, client: str) -> tuple[int, str]:
        """How long it must wait, and for which setting; no time where it may pass."""
        for setting in _settings(scope):
            if setting in self._rates and (wait_s := self._take(client, setting)):
                return wait_s, setting
        return 0, ""

    def _take(self, client: str, setting: str) -> int:
        key, rate, now_ns = (client, setting), self._rates[setting], self._now_ns()
        bucket = self._buckets.pop(key) if key in self._buckets else ratelimit.full(rate, now_ns)
        bucket, wait_s = ratelimit.take(bucket, rate, now_ns)
        self._buckets[key] = bucket
        if len(self._buckets) > _ADDRESSES_MAX:
            self._buckets.popitem(last=False)
        return wait_s

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def strict(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _HEADERS if pair[0] not in present)]
            await send(message)

        try:
            await self._app(scope, _Bounded(receive), strict)
        except _TooLargeError:
            if not started:
                await _refuse(scope, send, 413, _TOO_LARGE)
        except TimeoutError:
            if not started:
                await _refuse(scope, send, 408, _TOO_SLOW)
        except ClientDisconnect:
            return  # nobody is left to answer, and nothing is wrong here
        except Exception as problem:  # the request boundary: nobody above could answer the reader
            incident = self._incident()
            # Neither the message nor the path is logged: either may hold what the reader pasted.
            _log.error("incident %s: %s at %s", incident, type(problem).__name__, raised_at(problem))
            if started:
                raise
            await _refuse(scope, send, 500, _FAILED, {"incident": incident})


def _asks_a_model(scope: Scope) -> bool:
    return scope["method"] not in ("GET", "HEAD") and scope["path"].endswith("/opinion")


def _settings(scope: Scope) -> tuple[str, ...]:
    """The settings whose limits count for a request."""
    if scope["method"] in ("GET", "HEAD"):
        return ("reads_per_minute",)
    return ("model_asks_per_minute", "model_asks_per_day") if _asks_a_model(scope) else ("posts_per_minute",)


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _neighbourhood(client: str) -> str:
    """What counts as one address for the rate limit: this machine as a whole, and the network that one IPv6 customer is given."""
    address = _address(client)
    if address is None or address.is_loopback:
        return _THIS_MACHINE
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


async def _refuse(
    scope: Scope,
    send: Send,
    status: int,
    words: tuple[Words, Words],
    values: dict[str, str] | None = None,
    extra: list[tuple[bytes, bytes]] | None = None,
) -> None:
    """An answer that needs no template: a plain page for browsers, problem details for programs."""
    headers = {name: value.decode("latin-1").lower() for name, value in scope["headers"]}
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [headers.get(b"accept-language", "")])[0]
    lang = "zh" if asked.startswith("zh") else "en"
    title, detail = (text.of(lang).format(**(values or {})) for text in words)
    if "text/html" in headers.get(b"accept", ""):
        kind = b"text/html; charset=utf-8"
        body = (
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{html.escape(title)}</title><h1>{html.escape(title)}</h1><p>{html.escape(detail)}</p></html>"
        ).encode()
    else:
        kind = b"application/problem+json; charset=utf-8"
        body = json.dumps(
            {"type": "about:blank", "title": title, "status": status, "detail": detail}, ensure_ascii=False, indent=1
        ).encode()
    answer = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close"), *(extra or []), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": answer})
    await send({"type": "http.response.body", "body": body})
