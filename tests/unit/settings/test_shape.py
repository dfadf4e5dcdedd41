from __future__ import annotations

import pytest

from solvent.settings.shape import Address, Alert, Mistake, Settings, SettingsError


@pytest.mark.parametrize(("address", "shown"), [(Address("127.0.0.1", 1), "127.0.0.1:1"), (Address("::1", 2), "[::1]:2")])
def test_an_address_is_shown_as_it_is_written(address: Address, shown: str) -> None:
    assert str(address) == shown


def test_an_error_tells_every_mistake() -> None:
    error = SettingsError("a.toml", [Mistake(3, "one"), Mistake(None, "two")])
    assert str(error) == "a.toml: line 3: one; two"


def test_of_many_mistakes_an_error_tells_the_first_and_where_the_others_are() -> None:
    error = SettingsError("a.toml", [Mistake(line, "no") for line in range(1, 6)])
    assert str(error) == "a.toml: line 1: no; line 2: no; line 3: no; and 2 more: `solvent check --config a.toml` tells them all"
    assert len(error.mistakes) == 5
    assert str(SettingsError("environment", [Mistake(None, "no")] * 4)) == "environment: no; no; no; no"


def test_no_secret_is_shown() -> None:
    assert "s3cret" not in repr(Alert(("x",), "s3cret")) + repr(Settings(admin_token="s3cret"))
