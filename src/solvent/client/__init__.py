"""Explain an error where it is caught: one call in a Python program, judged here or by a desk that runs elsewhere.

    from solvent.client import explain

    try:
        client.chat.completions.create(...)
    except openai.APIError as problem:
        print(explain(problem))

No library of a vendor is imported; what an exception holds is read from it as it is, and secrets are struck before anything else is
done with the text. An asynchronous program that asks a desk over the network calls it through `asyncio.to_thread`.
"""

from __future__ import annotations

from solvent.base import paste
from solvent.base.errors import SolventError, TooLargeError, UsageError
from solvent.catalogue import tables
from solvent.client import exceptions, remote
from solvent.client.answer import Answer, Shortage
from solvent.client.remote import DeskError
from solvent.diagnosis import desk, engine

__all__ = ["Answer", "DeskError", "Shortage", "SolventError", "TooLargeError", "UsageError", "explain"]

TIMEOUT_S = 30.0


def explain(
    error_or_text: str | BaseException,
    *,
    lang: str = "en",
    url: str | None = None,
    token: str | None = None,
    file: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """What an error means, whose wallet is empty, who must act and whether a retry can pass.

    `error_or_text` is the text of an error, or an exception: of openai, anthropic, google-genai, litellm, httpx, requests or any
    other. Of an exception its chain of causes is read, and of the answer that it holds the status, the headers that tell whose it is
    and how long to wait, and the body. `lang` is the language of the report, `en` or `zh`.

    Without `url` it is judged in this process, by the packaged catalogue; nothing leaves the machine. With the address of a desk,
    such as `http://127.0.0.1:8401`, it is sent there, after secrets were struck here; `token` is that desk's admin token where it
    wants one, and `file` keeps it there, so that the answer has an `id` and a page at `url`.

    Raises `UsageError` where the text is empty, no text, or an argument is wrong (`TooLargeError` where it is too large), and
    `DeskError` where the desk does not answer within `timeout_s` seconds, refuses or answers what cannot be read.
    """
    tables.language(lang)
    if url is None and (file or token is not None):
        raise UsageError("`file` and `token` are for a desk: give its address as `url`")
    raw = exceptions.text_of(error_or_text) if isinstance(error_or_text, BaseException) else error_or_text
    if not isinstance(raw, str):
        raise UsageError(f"give a text or an exception, not {type(error_or_text).__name__}")
    text = paste.accept(raw)
    if url is None:
        return Answer.of(desk.explain(text, engine.packaged(), lang))
    clean, _ = desk.clean(text)
    told = remote.ask(url, {"raw": clean.text, "lang": lang, "file": file}, token, timeout_s)
    return Answer.told(told, clean, url.rstrip("/"))
