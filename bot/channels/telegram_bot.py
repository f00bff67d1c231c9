"""The library's bot, set up the way both directions need it: another server, rate limits, no words in anybody's log."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram_read import UNREADABLE
from bot.settings import Settings

log = structlog.get_logger()
Bot = ExtBot[int]
#: Seconds; a read that ends too early may send a message twice, so it is given time.
READ, CONNECT, POOL = 20.0, 10.0, 10.0
CONNECTIONS: Final = 64


class QuietRequest(HTTPXRequest):
    """HTTP for the library, without its habit of logging a body it cannot read."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON. Raises TelegramError when it is none."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError("Invalid server response") from error
        if not isinstance(answer, dict) or ("result" not in answer and answer.get("ok", True)):
            raise TelegramError("Invalid server response")
        return answer


class UpdatesRequest(QuietRequest):
    """HTTP for getUpdates. One update that nobody can read would make the library refuse the whole batch, for ever:
    it is left with nothing but its number, which is all that is needed to be done with it.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer with readable updates only. Raises TelegramError when it is none."""
        answer = QuietRequest.parse_json_payload(payload)
        if not answer.get("ok", True):
            return answer
        if not isinstance(answer["result"], list):
            raise TelegramError("Invalid server response")
        numbered = (item for item in answer["result"] if isinstance(item, dict) and isinstance(item.get("update_id"), int))
        answer["result"] = [_readable(item) for item in numbered]
        return answer


@dataclass(frozen=True)
class Line:
    """A bot and the connections under it, which the library closes only for a bot it has reached."""

    bot: Bot
    requests: tuple[QuietRequest, ...]

    async def close(self) -> None:
        """Give the connections back."""
        for request in self.requests:
            await request.shutdown()


def open_line(settings: Settings) -> Line:
    """A bot on the Bot API server of the settings; nothing is asked of it yet."""
    for name in ("telegram", "httpx", "httpcore"):  # they log texts and, in addresses, the token
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    base = settings.telegram_api_base.rstrip("/")
    waits: Any = {"read_timeout": READ, "write_timeout": READ, "connect_timeout": CONNECT, "pool_timeout": POOL}
    asking, calling = UpdatesRequest(2, **waits), QuietRequest(CONNECTIONS, **waits)
    bot = ExtBot(
        settings.telegram_token or "", base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=calling,
        get_updates_request=asking, rate_limiter=AIORateLimiter(),
    )  # fmt: skip
    return Line(bot, (asking, calling))


class Aside:
    """Small courtesies to Telegram that nothing waits for and whose failure changes nothing."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def do(self, what: str, call: Coroutine[Any, Any, Any]) -> None:
        """Begin `call`; a refusal is one line in the log."""
        task = asyncio.ensure_future(self._quietly(what, call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self, seconds: float = 1.0) -> None:
        """Let what is under way end, at most `seconds`."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @staticmethod
    async def _quietly(what: str, call: Coroutine[Any, Any, Any]) -> None:
        try:
            await call
        except (TelegramError, *UNREADABLE) as error:
            log.info("telegram did not take a courtesy", what=what, error=type(error).__name__)


def _readable(item: dict[str, Any]) -> dict[str, Any]:
    """An update as it came, or only its number when it cannot be read."""
    try:
        Update.de_json(item, None)
    except UNREADABLE as error:
        log.warning("an update of telegram cannot be read", error=type(error).__name__)
        return {"update_id": item["update_id"]}
    return item
