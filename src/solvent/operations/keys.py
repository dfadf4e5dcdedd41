"""Callers' keys: made, listed, revoked. The text of a key is told once, to whoever made it, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.access import keys as access
from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account, key_account
from solvent.ledger.transfers import Refusal
from solvent.model.change import Change
from solvent.model.key import Budget, Key
from solvent.model.occurrence import Page, page_length
from solvent.operations import shapes
from solvent.operations.asking import Answered, Draft, Kept, Refused, Wish, again, refused
from solvent.operations.folding import NOTHING_COUNTED, Tally
from solvent.operations.surroundings import Surroundings

_SALT_BYTES, _ID_BYTES = 16, 10


@dataclass(frozen=True, slots=True)
class KeyWish:
    """A key to be made. `balance`: what it begins with if it is prepaid; None: only its budgets limit it."""

    name: str
    balance: Money | None = None
    budgets: tuple[Budget, ...] = ()
    rpm: int | None = None
    tpm: int | None = None
    models: tuple[str, ...] = ()
    reveal: bool = False


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key with its money. `open_holds` is counted only where one key is asked for."""

    key: Key
    account: Account
    tally: Tally
    open_holds: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Its fields."""
        more = {} if self.open_holds is None else {"open_holds": self.open_holds}
        return shapes.key(self.key) | shapes.key_money(self.key, self.account, self.tally) | more


class Keys:
    """The acts on keys."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def create(self, wish: KeyWish, asked: Any = None, idempotency_key: str | None = None) -> Answered | Refused:
        """Makes a key, which is in force at every worker before this returns; the answer holds its text under `key`.

        `asked` is what was asked, as JSON has it: under one Idempotency-Key the same must be asked again to get the first answer.
        """
        around = self._around
        salt = around.random_bytes(_SALT_BYTES)
        text = self._text(idempotency_key, salt)
        key = Key(
            id=access.key_id(around.random_bytes(_ID_BYTES)),
            name=wish.name,
            digest=access.digest(text, around.pepper),
            prepaid=wish.balance is not None,
            budgets=wish.budgets,
            rpm=wish.rpm,
            tpm=wish.tpm,
            models=wish.models,
            reveal=wish.reveal,
            created_at_us=around.now_us(),
        )
        paid = None
        if wish.balance is not None and wish.balance > ZERO:
            paid = transfers.top_up(
                f"key:{key.id}", key_account(key.id), wish.balance, reference="opening balance", at_us=key.created_at_us
            )
        draft = None
        if idempotency_key is not None:
            # The salt and the Idempotency-Key give the text again, so that the first answer can be told again without being kept.
            draft = Draft(Wish.of(idempotency_key, "create key", asked), lambda account: _body(key, account) | {"salt": salt.hex()})
        done = await around.keys.add(key, paid, draft)
        if isinstance(done, Refusal):
            return refused(done)
        if isinstance(done, Kept):
            assert draft is not None
            return await self._again(done, draft.wish, idempotency_key)
        await self._tell(key, done)
        return Answered(_with_text(_body(key, done), text))

    def _text(self, idempotency_key: str | None, salt: bytes) -> str:
        if idempotency_key is None:
            return access.text(self._around.random_bytes(access.KEY_BYTES))
        return access.text(access.repeatable(idempotency_key, salt, self._around.pepper))

    async def _again(self, kept: Kept, wish: Wish, idempotency_key: str | None) -> Answered | Refused:
        first = again(kept, wish)
        if isinstance(first, Refused):
            return first
        body = dict(first.body)
        text = self._text(idempotency_key, bytes.fromhex(body.pop("salt")))
        key = await self._around.keys.get(body["id"])
        if key is not None:
            # Whoever asks again may do so because the first answer was lost, and with it perhaps what the workers were told.
            name = key_account(key.id)
            await self._tell(key, (await self._around.ledger.accounts([name])).get(name, Account()))
        return Answered(_with_text(body, text))

    async def _tell(self, key: Key, account: Account) -> None:
        await self._around.workers.tell(Change(keys=(key,), credited=((key_account(key.id), account.credited),)))

    async def get(self, key_id: str) -> KeyState | None:
        """One key with its money, or None."""
        key = await self._around.keys.get(key_id)
        if key is None:
            return None
        (state,) = await self._states((key,))
        return KeyState(key, state.account, state.tally, await self._around.ledger.count_open_holds(key_account(key.id)))

    async def page(self, *, limit: int, after: str | None) -> Page[KeyState]:
        """Keys with their money, newest first, revoked ones included."""
        page = await self._around.keys.page(limit=page_length(limit), after=after)
        return Page(await self._states(page.items), page.after)

    async def _states(self, keys: tuple[Key, ...]) -> tuple[KeyState, ...]:
        names = [key_account(key.id) for key in keys]
        accounts = await self._around.ledger.accounts(names)
        tallies = await self._around.ledger.tallies(names, 0)
        return tuple(
            KeyState(key, accounts.get(name, Account()), tallies.get(name, NOTHING_COUNTED)) for key, name in zip(keys, names, strict=True)
        )

    async def revoke(self, key_id: str) -> KeyState | None:
        """Ends a key: no worker takes it once this returns. Doing it again changes nothing; None where there is no such key."""
        key = await self._around.keys.revoke(key_id)
        if key is None:
            return None
        await self._around.workers.tell(Change(keys=(key,)))
        return await self.get(key_id)


def _body(key: Key, account: Account) -> dict[str, Any]:
    return KeyState(key, account, NOTHING_COUNTED).as_json()


def _with_text(body: dict[str, Any], text: str) -> dict[str, Any]:
    """The answer to whoever made the key: its text stands where a reader looks first."""
    return {"id": body["id"], "name": body["name"], "key": text} | body
