"""The chain of a verdict as it is drawn: boxes from the reader inwards, and beside the empty wallet whose it is.

An account is held at a layer by whoever calls that layer: the reader holds one at the outermost relay, each relay's operator one at
the next layer in. So the holder of the empty wallet is the nearest relay or gateway further out, else the reader.
"""

from __future__ import annotations

from dataclasses import dataclass

from solvent.catalogue import names
from solvent.diagnosis.chain import UNNAMED_RELAY
from solvent.model.verdict import Layer, Role, Verdict, Wallet

# More boxes than these do not fit beside each other; they are drawn below each other on wide screens too.
ABREAST_MAX = 3
_RESELLERS = (Role.RELAY, Role.GATEWAY)


@dataclass(frozen=True, slots=True)
class Box:
    """One layer; `role` and `label` are empty where nobody knows who it is.

    `number` counts relays from the reader inwards where there are several, 0 else. `words` is a quote; `added` says that it is only
    the id that this layer appended. `passed` marks the layer at which the reader's own account was fine; who has no name may keep none.
    `holder` is set where the wallet held here is empty: `you`, `limit` (a cap on the reader's own key), `operator`, or the label of the
    operator's relay.
    """

    role: str
    label: str
    number: int
    words: str | None
    added: bool
    request_id: str | None
    empty: bool
    origin: bool
    passed: bool
    holder: str
    holder_number: int


def boxes(verdict: Verdict, original: str, lang: str) -> tuple[Box, ...]:
    """The boxes in order; `origin` marks the one whose error it is, which speaks the whole sentence `original`."""
    layers = verdict.layers
    numbers = _numbers(layers)
    first_reseller = next((place for place, layer in enumerate(layers) if layer.role in _RESELLERS), None)
    # Who speaks the whole sentence: the innermost that said something of its own, else the last.
    speaker = max((place for place, layer in enumerate(layers) if layer.spoke and not _only_id(layer)), default=len(layers) - 1)
    drawn = []
    for place, layer in enumerate(layers):
        last = place == speaker
        inner = verdict.wallet is Wallet.RELAY_UPSTREAM and layer.role in _RESELLERS and place != first_reseller
        holder, holder_number = _holder(verdict.wallet, layers[:place], numbers) if layer.empty or inner else ("", 0)
        added = _only_id(layer)
        role, label = _named(layer, lang)
        drawn.append(
            Box(
                role=role,
                label=label,
                number=numbers[place],
                words=original if last and original else layer.spoke,
                added=added and not last,
                request_id=None if added and not last else layer.request_id,
                empty=layer.empty,
                origin=last and verdict.rule is not None,
                passed=verdict.wallet is Wallet.RELAY_UPSTREAM
                and place == first_reseller
                and not layer.empty
                and layer.name != UNNAMED_RELAY,
                holder=holder,
                holder_number=holder_number,
            )
        )
    return tuple(drawn)


def _named(layer: Layer, lang: str) -> tuple[str, str]:
    if layer.name == "unknown":
        return "", ""
    if layer.name == UNNAMED_RELAY:
        return names.SOMEBODY_BETWEEN.of(lang), names.NOT_NAMED.of(lang)
    return names.ROLES[layer.role].of(lang), layer.label


def _only_id(layer: Layer) -> bool:
    """Whether all that a layer said is the id that it appended."""
    return layer.request_id is not None and layer.spoke == f"(request id: {layer.request_id})"


def abreast(verdict: Verdict) -> bool:
    """Whether the boxes fit beside each other on a wide screen."""
    return len(verdict.layers) <= ABREAST_MAX


def _numbers(layers: tuple[Layer, ...]) -> list[int]:
    relays = [place for place, layer in enumerate(layers) if layer.role is Role.RELAY]
    return [relays.index(place) + 1 if place in relays and len(relays) > 1 else 0 for place in range(len(layers))]


def _holder(wallet: Wallet, outer: tuple[Layer, ...], numbers: list[int]) -> tuple[str, int]:
    if wallet is Wallet.KEY_BUDGET:
        return "limit", 0
    if wallet is not Wallet.RELAY_UPSTREAM:
        return "you", 0
    nearest = max((place for place, layer in enumerate(outer) if layer.role in _RESELLERS), default=None)
    if nearest is None or outer[nearest].name == UNNAMED_RELAY:
        return "operator", 0
    return outer[nearest].label, numbers[nearest]
