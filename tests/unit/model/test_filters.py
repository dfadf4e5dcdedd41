from __future__ import annotations

from datetime import UTC, datetime

import pytest

from solvent.base.terms import wanted
from solvent.model.filters import Filters
from solvent.model.occurrence import View


def test_filters_that_ask_for_nothing_are_none_whoever_looks() -> None:
    assert not Filters()
    assert not Filters(view=View.PUBLIC)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(words=wanted("a")),
        Filters(state="answered"),
        Filters(matched=True),
        Filters(since=datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_any_filter_counts(filters: Filters) -> None:
    assert filters
