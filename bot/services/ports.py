"""What services need from outside. Each port has a real implementation and an honest fake in tests/fakes.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.services.views import Outgoing, Utterance


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class BotEngine(Protocol):
    """Understands a message and says what the bot answers (Rasa)."""

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        """One turn. `again`: this inbox row was tried before, so undo what its first try left behind.

        Raises EngineDown when there is no answer in time, twice.
        """

    def alive(self) -> bool:
        """Whether the engine would answer now."""

    def close(self) -> None:
        """Give connections back."""


class Delivery(StrEnum):
    """What became of a row of the outbox."""

    SENT = "sent"
    LATER = "later"  # the channel asks us to wait, or cannot be reached
    GONE = "gone"  # the resident has blocked us or the chat is no more


class Messenger(Protocol):
    """Says something to a resident on one channel."""

    channel: str
    #: Seconds to wait when `send` answered LATER; read right after.
    retry_after: float

    async def send(self, outgoing: Outgoing) -> tuple[Delivery, str | None]:
        """Deliver; answers what became of it and the channel's own message id. Never raises for a channel's refusal."""


class SpeechRecogniser(Protocol):
    """Writes down what a recording says."""

    def transcribe(self, path: Path, name: str, content_type: str) -> str:
        """The words, empty where none were heard. Raises Unavailable when there is no answer in time."""


class Wakeups(Protocol):
    """Tells the other parts of the system, in this process or others, that there is something new."""

    def wake(self, topic: str) -> None:
        """Wake everybody who waits for `topic` (`conversation:<id>`, `inbox`, `outbox`, `desk`). Never blocks, never raises."""

    async def wait(self, topic: str, seconds: float) -> None:
        """Until somebody wakes `topic`, at most `seconds`. A missed call is made good by looking again."""
