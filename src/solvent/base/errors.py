"""The tree of our own exceptions, sorted by who must act.

SolventError
├── UsageError      the caller gave something that cannot be used: wrong options, empty text, unknown id
│   └── TooLargeError   more than is read
└── StartError      the program cannot start or reach what it needs: a port is taken, the data directory is in use
"""

from __future__ import annotations


class SolventError(Exception):
    """A failure with a message for people: what happened, why, and the next step."""


class UsageError(SolventError):
    """The caller's mistake."""


class TooLargeError(UsageError):
    """The caller gave more than is read."""


class StartError(SolventError):
    """The surroundings do not allow it."""


def raised_at(problem: BaseException) -> str:
    """Module and line where an exception was raised. The message is left out: it may quote what somebody pasted."""
    trace, place = problem.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
