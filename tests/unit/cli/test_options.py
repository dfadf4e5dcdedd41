from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Run


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_where_the_desk_keeps_things_is_asked_and_explained_alike(run: Run, command: str) -> None:
    # Help wraps inside words where a line ends at a hyphen.
    words = "".join(run(command, "--help").out.split())
    assert "--dataPATHWherethedeskkeepswhatitisgiven.[default:solvent-data]" in words
