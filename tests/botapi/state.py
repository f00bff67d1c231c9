"""Telegram's side of the test: chats, messages, files and updates, as the Bot API server keeps them."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {"id": 110201543, "is_bot": True, "first_name": "街坊", "username": "jiefang_bot"}
NOW = 1_795_400_000
#: Groups with topics.
FORUMS = frozenset({-100_555_777})
Params = dict[str, Any]


class Refusal(Exception):
    """A request is refused in Telegram's words."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Trouble:
    """What goes wrong with a call: the connection drops, the answer is slow, rubbish, or a refusal."""

    kind: Literal["drop", "slow", "rubbish", "refuse"]
    seconds: float = 0.0
    body: bytes = b"<html>502 Bad Gateway</html>"
    refusal: Refusal | None = None


@dataclass
class State:
    """Everything the server knows; `lock` guards it, for tests and server live in different threads."""

    token: str = TOKEN
    lock: threading.RLock = field(default_factory=threading.RLock)
    updates: list[dict[str, Any]] = field(default_factory=list)
    next_update: int = 701_000
    next_message: int = 5_000
    webhook: Params = field(default_factory=dict)
    commands: list[dict[str, str]] = field(default_factory=list)
    calls: list[tuple[str, Params]] = field(default_factory=list)
    messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    chats: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    open_queries: set[str] = field(default_factory=set)
    files: dict[str, tuple[str, bytes, int]] = field(default_factory=dict)  # id → (path, bytes, size Telegram tells)
    topics: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)  # forum topics by group and number
    misplaces: bool = False  # once seen: what was for a deleted topic falls into General instead of being refused
    troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    polls: int = 0  # generation of the newest getUpdates: a newer one ends an older one

    def push(self, **what: Any) -> dict[str, Any]:
        """Something happens: an update that waits to be fetched. Answers it."""
        with self.lock:
            update = {"update_id": self.next_update, **what}
            self.next_update += 1
            self.updates.append(update)
            return update

    def again(self, update: dict[str, Any]) -> None:
        """Deliver an update once more, as happens when Telegram did not learn that we have it."""
        with self.lock:
            if update not in self.updates:
                self.updates.append(update)
                self.updates.sort(key=lambda item: item["update_id"])

    def trouble(self, method: str, *troubles: Trouble) -> None:
        """The next calls of `method` meet these, one each. `file` stands for downloads."""
        with self.lock:
            self.troubles[method].extend(troubles)

    def called(self, method: str) -> list[Params]:
        """The parameters of all calls of a method, in order."""
        with self.lock:
            return [params for name, params in self.calls if name == method]

    def texts(self, chat: int | None = None) -> list[str]:
        """What was said, in order; to one chat or to all."""
        with self.lock:
            return [message["text"] for key, message in self.messages.items() if chat is None or key[0] == chat]

    def new_message(self) -> int:
        """The next message number."""
        with self.lock:
            self.next_message += 1
            return self.next_message
