"""The one loop behind everything that is shown as it happens: listen, look, tell, wait. Used by chat pages and the desk.

A call may be missed (a process was away, Redis was down, a restart), so everything is looked at anew now and then; whoever
looks compares with what was told, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from typing import Generic, TypeVar

from bot.services.ports import Wakeups

K = TypeVar("K")
V = TypeVar("V")
#: Seconds a look waits for others who were woken by the same call.
GATHER = 0.01


async def rounds(
    wakeups: Wakeups, topics: Callable[[], Collection[str]], seconds: float, closing: asyncio.Event | None = None,
    *, rest: float = 0.0,
) -> AsyncGenerator[frozenset[str], None]:  # fmt: skip
    """The topics to look at, once for each look that is due: those that called, or all of them, at least every `seconds`.

    Looking happens in the loop's body. It ends when `closing` is set. `rest`: seconds between two looks, so that a hundred
    calls are one look.
    """
    stop = asyncio.ensure_future((closing or asyncio.Event()).wait())
    full, called = time.monotonic(), frozenset(topics())
    try:
        while not stop.done():
            # Listening starts before looking: a call between the two would be missed otherwise.
            names = frozenset(topics())
            listening = {asyncio.ensure_future(wakeups.wait(name, 2 * seconds)): name for name in names}
            try:
                await asyncio.sleep(0)
                yield called
                if frozenset(topics()) != names:  # looking has found where to listen
                    called = frozenset(topics())
                    continue
                left = max(0.0, full + seconds - time.monotonic())
                done, _ = await asyncio.wait([stop, *listening], timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if rest and done and stop not in done:
                    await asyncio.wait([stop], timeout=rest)
                called = frozenset(name for task, name in listening.items() if task.done())
                if time.monotonic() - full >= seconds:
                    full, called = time.monotonic(), names
            finally:
                for task in listening:
                    task.cancel()
    finally:
        stop.cancel()


class Together(Generic[K, V]):
    """One look for all who ask at about the same time, and one look at a time.

    Who asks while a look is under way is served by the next: that one sees whatever had happened when they asked.
    """

    def __init__(self, look: Callable[[frozenset[K]], Mapping[K, V]], gather: float = GATHER) -> None:
        self._look, self._gather = look, gather
        self._keys: set[K] = set()
        self._coming: asyncio.Task[Mapping[K, V]] | None = None  # still takes askers
        self._last: asyncio.Task[Mapping[K, V]] | None = None

    async def ask(self, key: K) -> V | None:
        """What a look that begins from now on finds for `key`. Raises what the look raises."""
        loop = asyncio.get_running_loop()
        if self._coming is None or self._coming.get_loop() is not loop:
            before = self._last if self._last is not None and self._last.get_loop() is loop else None
            self._keys = set()
            self._coming = self._last = loop.create_task(self._round(self._keys, before))
        self._keys.add(key)
        # Shielded: a page that goes away takes the others' look with it otherwise.
        return (await asyncio.shield(self._coming)).get(key)

    async def _round(self, keys: set[K], before: asyncio.Task[Mapping[K, V]] | None) -> Mapping[K, V]:
        await asyncio.sleep(self._gather)
        if before is not None:
            await asyncio.wait([before])
        self._coming = None
        return await asyncio.to_thread(self._look, frozenset(keys))
