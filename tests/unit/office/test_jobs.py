from __future__ import annotations

import asyncio
import logging

import pytest

from solvent.office import jobs

pytestmark = pytest.mark.anyio


async def test_a_job_is_done_again_until_it_is_to_stop() -> None:
    stop, times = asyncio.Event(), 0

    async def job() -> None:
        nonlocal times
        times += 1
        if times == 3:
            stop.set()

    await asyncio.wait_for(jobs.keep("counting", job, 0.001, stop, lambda: "inc1dent"), 5)
    assert times == 3


async def test_stopping_does_not_wait_for_the_pause() -> None:
    stop = asyncio.Event()

    async def job() -> None:
        asyncio.get_running_loop().call_soon(stop.set)

    await asyncio.wait_for(jobs.keep("waiting", job, 3600, stop, lambda: "inc1dent"), 5)


async def test_a_failure_is_logged_without_its_words_and_the_job_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AFTER_FAILURE_S", 0.001)
    stop, times = asyncio.Event(), 0

    async def job() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise OSError("no room for sk-secret")
        stop.set()

    with caplog.at_level(logging.INFO):
        await asyncio.wait_for(jobs.keep("keeping the books", job, 0.001, stop, lambda: "inc1dent"), 5)
    assert times == 2
    assert "incident inc1dent: keeping the books failed: OSError at tests.unit.office.test_jobs:" in caplog.text
    assert "sk-secret" not in caplog.text
