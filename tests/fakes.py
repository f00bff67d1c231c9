"""Small honest implementations of our ports: a clock that is moved by hand, an engine with a script."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.cases.errors import EngineDown
from bot.services.ports import Delivery
from bot.services.views import Outgoing, Utterance
from knowledge.answering import Answer

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a working Monday, 10:00 in Shanghai


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def move(self, **step: float) -> None:
        """Forward by `timedelta(**step)`."""
        self.moment += timedelta(**step)


class FakeBotEngine:
    """Answers from a script (text → answer), else repeats what it heard; remembers everything it was told.

    Can be down, and can be kept from answering (`free.clear()`).
    """

    def __init__(self, **script: str | Utterance) -> None:
        self.script: dict[str, str | Utterance] = dict(script)
        self.heard: list[tuple[str, str, dict[str, Any]]] = []
        self.again: list[bool] = []
        self.down = self.closed = False
        self.free = threading.Event()
        self.free.set()

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        if self.down:
            raise EngineDown("down")
        self.free.wait(60)
        self.heard.append((conversation_id, text, metadata))
        self.again.append(again)
        answer = self.script.get(text, f"听到：{text}")
        return [answer if isinstance(answer, Utterance) else Utterance(answer)]

    def alive(self) -> bool:
        return not self.down

    def close(self) -> None:
        self.closed = True


class FakeMessenger:
    """Keeps what it was asked to send; answers as it is told to."""

    retry_after = 1.0

    def __init__(self, channel: str = "telegram") -> None:
        self.channel, self.sent, self.answers = channel, [], []
        self.before_send = lambda: None

    async def send(self, outgoing: Outgoing) -> tuple[Delivery, str | None]:
        self.before_send()
        answer = self.answers.pop(0) if self.answers else Delivery.SENT
        if answer is Delivery.SENT:
            self.sent.append(outgoing)
        return answer, str(len(self.sent))


class FakeKnowledge:
    """A knowledge base that knows what it is told."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = dict(answers)

    def ask(
        self, question: str, *, region: str | None = None, on: date | None = None, topic: str | None = None, before: str = ""
    ) -> Answer:
        return self.answers.get(question) or Answer("abstained", "", 0.0, (), (), (), "nothing known", 1.0)

    def look_up(self, question: str, *, region: str | None = None, on: date | None = None) -> None:
        return None

    def passage(self, version: str) -> None:
        return None

    def reading(self, version: str) -> None:
        return None

    def warm_up(self) -> None:
        return None
