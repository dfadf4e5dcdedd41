"""`make bench`: what the error desk and the gateway cost, as tables on the terminal and, with the machine's description, as a file.

Arguments name the parts to measure, `desk` and `gateway`; without any both are. The file is `benchmarks/results/latest.json`.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import desk
import search

import gateway

RESULTS = Path(__file__).parent / "results" / "latest.json"
Rows = list[tuple[str, ...]]
PARTS: dict[str, Callable[[], tuple[Rows, dict[str, Any]]]] = {"desk": desk.measure, "gateway": gateway.measure, "search": search.measure}


def processor() -> str:
    """The processor's name, where the machine tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(rows: Rows) -> str:
    """Columns side by side, the first ones to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = len(rows[0]) - sum(any(cell[:1].isdigit() for cell in column) for column in list(zip(*rows, strict=True))[1:])
    lines = []
    for row in rows:
        cells = [f"{cell:<{width}}" if at < texts else f"{cell:>{width}}" for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - set(PARTS)
    if unknown:
        print(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    busy = os.getloadavg()[0]
    if busy > 1:
        print(f"Other programs keep this machine busy (load {busy:.1f}): all figures will be higher than they need be.")
    machine = {"system": platform.platform(), "python": platform.python_version(), "processor": processor(), "load": round(busy, 1)}
    found: dict[str, Any] = {"machine": machine}
    for name in arguments or PARTS:
        rows, found[name] = PARTS[name]()
        if rows:
            print(table(rows), end="\n\n", flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
