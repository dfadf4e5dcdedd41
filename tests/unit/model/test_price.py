from __future__ import annotations

import dataclasses

import pytest

from solvent.model.price import Price, Rates


def test_a_price_cannot_be_changed_once_a_charge_names_it() -> None:
    price = Price("config", Rates(1, 2, 3, 4, 5))
    assert price.long == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        price.version = "other"  # type: ignore[misc]
