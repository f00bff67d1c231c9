"""A Rasa that hangs must not take the threads that channels answer with."""

from __future__ import annotations

import asyncio
import contextlib
import time

from bot.app import Services
from bot.services.views import Incoming
from bot.worker.loops import run_turns

#: More than the threads asyncio lends on a small machine.
CROWD = 40


def test_messages_are_taken_in_at_once_while_every_turn_hangs(services: Services) -> None:
    patient = {"hanging": True}

    class HangingEngine:
        """Answers nothing until the test is over."""

        def reply(self, *_: object, **__: object) -> list[object]:
            while patient["hanging"]:
                time.sleep(0.05)
            return []

        def alive(self) -> bool:
            return False

    services.turns.engine = HangingEngine()

    async def crowd() -> float:
        turns = asyncio.ensure_future(run_turns(services.turns, services.wakeups))
        slowest = 0.0
        for number in range(CROWD):
            began = time.monotonic()
            message = Incoming("web", f"browser-{number}", f"message-{number}", "text", text="你好")
            await asyncio.to_thread(services.conversations.accept, message)
            slowest = max(slowest, time.monotonic() - began)
        turns.cancel()
        patient["hanging"] = False
        with contextlib.suppress(asyncio.CancelledError):
            await turns
        return slowest

    assert asyncio.run(asyncio.wait_for(crowd(), 60)) < 10.0  # without threads of their own: for ever
