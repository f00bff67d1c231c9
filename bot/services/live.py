"""The one loop behind everything that is shown as it happens: listen, look, tell, wait. Used by chat pages and the desk.

A call may be missed (a process was away, Redis was down, a restart), so everything is looked at anew now and then; whoever
looks compares with what was told, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection

from bot.services.ports import Wakeups


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
