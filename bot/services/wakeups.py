"""Telling the other parts that there is something new: inside one process, or through Redis between several."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict

import redis
import structlog

log = structlog.get_logger()
CHANNEL = "jiefang:wake"


class LocalWakeups:
    """Wakes waiters of this process. `wake` may be called from any thread, `wait` from any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)

    def wake(self, topic: str) -> None:
        """Wake everybody who waits for `topic` now."""
        with self._lock:
            waiters = list(self._waiting.get(topic, ()))
        for loop, event in waiters:
            with contextlib.suppress(RuntimeError):  # the loop of a waiter that is shutting down is closed
                loop.call_soon_threadsafe(event.set)

    def wake_all(self) -> None:
        """Wake everybody: calls may have been missed, so let them look."""
        with self._lock:
            topics = list(self._waiting)
        for topic in topics:
            LocalWakeups.wake(self, topic)

    async def wait(self, topic: str, seconds: float) -> None:
        """Until `topic` is woken, at most `seconds`."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting[topic].add(waiter)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter[1].wait(), seconds)
        finally:
            with self._lock:
                self._waiting[topic].discard(waiter)
                if not self._waiting[topic]:
                    del self._waiting[topic]


class RedisWakeups(LocalWakeups):
    """Wakes waiters of every process. A Redis that is down costs only speed: waiters look again by themselves."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        self._listener = threading.Thread(target=self._listen, name="wakeups", daemon=True)
        self._closed = threading.Event()
        self._listener.start()

    def wake(self, topic: str) -> None:
        """Wake this process at once and the others through Redis."""
        super().wake(topic)
        try:
            self._redis.publish(CHANNEL, topic)
        except redis.RedisError:
            log.warning("redis cannot be reached; other processes will look by themselves")

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._listener.join(5)
        self._redis.close()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]  # redis-py leaves it so
                    subscription.subscribe(CHANNEL)
                    self.wake_all()  # whatever was called out while nobody listened
                    while not self._closed.is_set():
                        message = subscription.get_message(timeout=0.5)
                        if message:
                            super().wake(message["data"].decode())
            except redis.RedisError:
                self._closed.wait(1)
