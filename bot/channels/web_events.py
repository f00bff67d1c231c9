"""The stream of a chat page: everything new in the conversation, as server-sent events, without gaps.

A position is given out before its row is sent, so a row may appear behind one that was shown already. The stream
therefore always looks OVERLAP positions back and tells what is new or has changed; the page puts it in its place.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot.channels.web_views import message_json, state_json

if TYPE_CHECKING:
    from bot.app import Services

#: Positions a stream looks back; far more than can be on their way at once.
OVERLAP = 30
#: Seconds between two signs of life; proxies close silent streams after 30 or 60.
HEARTBEAT = 15.0
#: Messages told at one time.
AT_ONCE = 200
#: Streams one browser may hold, hidden tabs included.
MOST_STREAMS = 12


class Stream:
    """One open page, following the conversation of one browser."""

    def __init__(self, services: Services, address: str, after: int, closing: asyncio.Event | None = None) -> None:
        self._services, self._address = services, address
        self._closing = closing or asyncio.Event()  # set when the process is about to end
        self._conversation: str | None = None
        self._position = after
        self._told: dict[int, str] = {}
        self._state = ""

    async def frames(self) -> AsyncIterator[str]:
        """Text of the stream, for as long as somebody reads it and the process lives."""
        yield "retry: 3000\n\n"
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            while not closing.done():
                # Listening starts before looking: a call between the two would be missed otherwise.
                call = asyncio.ensure_future(self._services.wakeups.wait(self._topic(), HEARTBEAT))
                try:
                    await asyncio.sleep(0)
                    news = await asyncio.to_thread(self.news)
                    for frame in news:
                        yield frame
                    if not news:
                        await asyncio.wait((call, closing), return_when=asyncio.FIRST_COMPLETED)
                        yield "event: beat\ndata: {}\n\n"
                finally:
                    call.cancel()
        finally:
            closing.cancel()

    def _topic(self) -> str:
        return f"conversation:{self._conversation}" if self._conversation else browser_topic(self._address)

    def news(self) -> list[str]:
        """Everything that has not been told, as frames of the stream. Looks at the database: for a thread."""
        if self._conversation is None:
            self._conversation = self._services.conversations.conversation_of("web", self._address)
        if self._conversation is None:
            return []
        return [*self._new_state(self._conversation), *self._new_messages(self._conversation)]

    def _new_messages(self, conversation: str) -> list[str]:
        after = max(0, self._position - OVERLAP)
        frames = []
        for view in self._services.conversations.transcript(conversation, after=after, limit=AT_ONCE):
            data = json.dumps(message_json(view), ensure_ascii=False)
            if self._told.get(view.position) == data:
                continue
            self._told[view.position] = data
            self._position = max(self._position, view.position)
            frames.append(f"id: {self._position}\nevent: message\ndata: {data}\n\n")
        self._told = {position: data for position, data in self._told.items() if position > self._position - OVERLAP}
        return frames

    def _new_state(self, conversation: str) -> list[str]:
        state = json.dumps(state_json(self._services.handoff.get(conversation)), ensure_ascii=False)
        if state == self._state:
            return []
        self._state = state
        return [f"event: state\ndata: {state}\n\n"]


def browser_topic(address: str) -> str:
    """What a page waits for before its first message has made a conversation."""
    return f"browser:{address}"


class OpenStreams:
    """Counts the streams of each browser, so that one cannot exhaust the server."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def full(self, address: str) -> bool:
        """Whether `address` has as many streams as it may."""
        return self._open[address] >= MOST_STREAMS

    async def counted(self, address: str, frames: AsyncIterator[str]) -> AsyncIterator[str]:
        """The same frames, counted for as long as they flow."""
        self._open[address] += 1
        try:
            async for frame in frames:
                yield frame
        finally:
            self._open[address] -= 1
            self._open += Counter()  # forgets those at zero
