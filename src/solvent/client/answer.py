"""What a program gets: the verdict with its report, typed, whether it was judged here or by a desk elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from solvent.base.secret import Redacted
from solvent.catalogue import names
from solvent.catalogue.tables import Words
from solvent.client.remote import DeskError
from solvent.diagnosis.desk import Explanation
from solvent.diagnosis.reporting.report import SURE
from solvent.model.failure import MONEY
from solvent.model.verdict import Actor, Category, Report, Verdict, Wallet

_SUMMARY = {
    "wallet": Words(en="Whose wallet: {what}", zh="谁的钱包：{what}"),
    "acts": Words(en="Who acts: {what}", zh="谁来处理：{what}"),
    "yes": Words(en="Retry: yes, the same call can pass later", zh="重试：可以，同样的请求稍后可能成功"),
    "after": Words(en="Retry: yes, after {what} s", zh="重试：可以，等 {what} 秒"),
    "from": Words(en="Retry: yes, from {what}", zh="重试：可以，从 {what} 起"),
    "no": Words(en="Retry: no, not before somebody acts", zh="重试：不要，有人处理之前不会成功"),
    "unknown": Words(en="Retry: not before it is known what this is", zh="重试：先弄清这是什么错误"),
}


@dataclass(frozen=True, slots=True)
class Shortage:
    """Somebody's money or limit ran out. `whose` names the wallet in the report's language, `yours` says whether you can fill it,
    and `sure` whether the text shows it clearly enough to act upon.
    """

    wallet: Wallet
    whose: str
    yours: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One error, explained. `print(answer)` says it in a few lines.

    `text` is what was judged, without its secrets; `redacted` counts those by kind. `verdict` and `report` hold every field of the
    JSON that the API gives; the most asked for are here as well. `id`, `page` and `delete_url` are set where a desk kept the error.
    """

    text: str = field(repr=False)
    redacted: Mapping[str, int]
    verdict: Verdict = field(repr=False)
    report: Report = field(repr=False)
    id: str | None = None
    page: str | None = None
    delete_url: str | None = field(default=None, repr=False)
    desk_url: str | None = None

    @classmethod
    def of(cls, explanation: Explanation) -> Answer:
        """The answer that was found in this process."""
        return cls(explanation.text, dict(explanation.struck), explanation.verdict, explanation.report)

    @classmethod
    def told(cls, body: Mapping[str, Any], clean: Redacted, desk_url: str) -> Answer:
        """The answer of a desk at `desk_url` on a text whose secrets were struck here. Raises `DeskError` where it cannot be read."""
        try:
            verdict, report = msgspec.convert(body, Verdict), _report(body["report"])
        except (msgspec.ValidationError, KeyError, TypeError, AttributeError) as problem:
            message = f"the desk at `{desk_url}` answered what this version cannot read; use the same version here and there"
            raise DeskError(message, 200) from problem
        counts = dict(clean.struck)
        for kind, number in body.get("redacted", {}).items():
            counts[kind] = counts.get(kind, 0) + number
        page, delete = (_absolute(desk_url, body.get(name)) for name in ("url", "delete_url"))
        return cls(clean.text, counts, verdict, report, body.get("id"), page, delete, desk_url)

    @property
    def category(self) -> Category:
        """What failed, by cause and not by status; a string such as `credit_exhausted`."""
        return self.verdict.category

    @property
    def wallet(self) -> Wallet:
        """Whose money or limit is empty, seen from you; `none` where it is not about money."""
        return self.verdict.wallet

    @property
    def actor(self) -> Actor:
        """Who can cure it."""
        return self.verdict.actor

    @property
    def provider(self) -> str:
        """Who made the innermost error; `unknown` where nothing tells."""
        return self.verdict.provider

    @property
    def via(self) -> tuple[str, ...]:
        """Who wrapped it on its way to you, the innermost first."""
        return self.verdict.via

    @property
    def http_status(self) -> int | None:
        """The status that was seen, else the documented one; None where there is none."""
        return self.verdict.http_status

    @property
    def confidence(self) -> float:
        """How sure the verdict is, from 0 to 1."""
        return self.verdict.confidence

    @property
    def rule(self) -> str | None:
        """The rule that decided; None where the error is not known."""
        return self.verdict.rule

    @property
    def retryable(self) -> bool:
        """Whether an identical call can pass later without any person acting."""
        return self.verdict.retryable

    @property
    def retry_after_s(self) -> int | None:
        """How many seconds to wait from the failure on, as the error asks; None where it does not say, or where waiting is no use."""
        return self.verdict.retry_after_s if self.retryable else None

    @property
    def available_at(self) -> datetime | None:
        """The instant from which it can pass again, with its zone; None where the error does not tell one."""
        told = self.verdict.available_at
        return None if told is None else datetime.fromisoformat(told)

    @property
    def doc_url(self) -> str | None:
        """The page of the rule, on the desk that judged it; a bare path where it was judged here."""
        return self.verdict.doc_url if self.desk_url is None else _absolute(self.desk_url, self.verdict.doc_url)

    @property
    def money(self) -> Shortage | None:
        """Whose money or limit ran out; None where the error is about something else."""
        wallet = self.verdict.wallet
        if wallet is Wallet.NONE and self.verdict.category not in MONEY:
            return None
        return Shortage(
            wallet,
            names.WALLETS[wallet].of(self.report.lang) if wallet is not Wallet.NONE else "",
            yours=wallet in (Wallet.OWN_PROVIDER_ACCOUNT, Wallet.RELAY_USER, Wallet.KEY_BUDGET),
            sure=self.verdict.confidence >= SURE,
        )

    def as_json(self) -> dict[str, Any]:
        """The verdict with its report, as the API gives it."""
        return self.verdict.as_json(self.report) | {"redacted": dict(self.redacted)}

    def __str__(self) -> str:
        lang, report = self.report.lang, self.report

        def line(key: str, what: object = "") -> str:
            return _SUMMARY[key].of(lang).format(what=what)

        lines = [report.title, report.summary]
        if self.money is not None and self.money.whose:
            lines.append(line("wallet", self.money.whose))
        lines += [line("acts", names.ACTORS[self.actor].of(lang)), self._retry(line)]
        lines += [f"{number}. {step}" for number, step in enumerate(report.solution, 1)]
        return "\n".join(lines)

    def _retry(self, line: Any) -> str:
        if self.rule is None:
            return str(line("unknown"))
        if not self.retryable:
            return str(line("no"))
        if self.verdict.available_at is not None:
            return str(line("from", self.verdict.available_at))
        return str(line("yes") if self.retry_after_s is None else line("after", self.retry_after_s))


def _report(body: Mapping[str, Any]) -> Report:
    """The report out of the JSON of the contract, which nests some of its fields."""
    translation, code = body["translation"], body["code"]
    flat = {f"code_{name}": value for name, value in code.items()} | {"code": code["text"]}
    flat |= {"original": translation["original"], "translation": translation["text"]}
    return msgspec.convert(dict(body) | flat, Report)


def _absolute(desk_url: str, address: str | None) -> str | None:
    return f"{desk_url}{address}" if address is not None and address.startswith("/") else address
