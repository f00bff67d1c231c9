"""The stream of a chat page: everything new in the conversation, as server-sent events, without gaps.

Positions are given out and committed in one order, and a web row is born sent, so nothing appears behind what was shown.
Only a message that was still waiting changes later; it is looked at again until it has been processed.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from bot.channels.web_views import message_json, state_json
from bot.services.live import rounds
from bot.services.sending import typing_topic
from bot.services.views import ConversationState

if TYPE_CHECKING:
    from bot.app import Services

#: Positions a page that comes back looks behind what it has: their states may have changed while it was away.
OVERLAP = 30
#: States of a message that a later look may find changed.
UNFINISHED = frozenset({"new", "pending"})
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
        self._watched: ConversationState | None = None
        self._open: set[int] = set()

    async def frames(self) -> AsyncIterator[str]:
        """Text of the stream, for as long as somebody reads it and the process lives."""
        yield "retry: 3000\n\n"
        looks = rounds(self._services.wakeups, self._topics, HEARTBEAT, self._closing)
        async with aclosing(looks):
            async for called in looks:
                if self._conversation and called == {typing_topic(self._conversation)}:
                    yield "event: typing\ndata: {}\n\n"
                    continue
                news = await asyncio.to_thread(self.news)
                for frame in news or ("event: beat\ndata: {}\n\n",):
                    yield frame

    def _topics(self) -> tuple[str, ...]:
        if self._conversation is None:
            return (browser_topic(self._address),)
        return (f"conversation:{self._conversation}", typing_topic(self._conversation))

    def news(self) -> list[str]:
        """Everything that has not been told, as frames of the stream. Looks at the database: for a thread."""
        if self._conversation is None:
            self._conversation = self._services.conversations.conversation_of("web", self._address)
        if self._conversation is None:
            return []
        watched = self._services.handoff.state(self._conversation)
        if watched == self._watched:
            return []
        self._watched = watched
        if watched.owner == "closed" and self._has_moved():  # the person was erased: what the page shows is no more
            return ["event: anew\ndata: {}\n\n"]
        return [*self._new_state(watched), *self._new_messages(self._conversation)]

    def _has_moved(self) -> bool:
        """Whether this browser writes in another conversation by now; followed from here on."""
        current = self._services.conversations.conversation_of("web", self._address)
        has_moved = current is not None and current != self._conversation
        if has_moved:
            self._conversation, self._watched = current, None
        return has_moved

    def _new_messages(self, conversation: str) -> list[str]:
        # Positions are given out in the order of commits: behind the last one only what was open can still change.
        after = min(self._open, default=self._position + 1) - 1 if self._told else max(0, self._position - OVERLAP)
        frames = []
        for view in self._services.conversations.transcript(conversation, after=after, limit=AT_ONCE):
            data = json.dumps(message_json(view), ensure_ascii=False)
            (self._open.add if view.status in UNFINISHED else self._open.discard)(view.position)
            if self._told.get(view.position) == data:
                continue
            self._told[view.position] = data
            self._position = max(self._position, view.position)
            frames.append(f"id: {self._position}\nevent: message\ndata: {data}\n\n")
        self._told = {position: data for position, data in self._told.items() if position > self._position - OVERLAP}
        return frames

    def _new_state(self, watched: ConversationState) -> list[str]:
        manner = self._services.manners.of(self._conversation or "")
        state = json.dumps(state_json(watched, manner), ensure_ascii=False)
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
