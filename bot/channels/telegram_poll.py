"""Asking Telegram for updates, and telling it which we have only after they are committed.

The library's own Updater confirms a batch when it has been put into a queue in memory: what is in the queue when the
process is killed is lost. Here `offset` never passes an update that is still in hand, so Telegram gives it again.
"""

from __future__ import annotations

import asyncio
import traceback
from typing import Final

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_bot import Bot
from bot.channels.telegram_read import UNREADABLE, WANTED
from bot.channels.telegram_receive import AWAY, Receiver
from bot.channels.telegram_send import seconds_of

log = structlog.get_logger()
#: Seconds Telegram holds a question open while there is nothing new.
LONG_POLL: Final = 25
#: Seconds between questions while a slow update (a file) is in hand, so that others need not wait for it.
SHORT_PAUSE: Final = 0.3
#: Seconds to wait after failures in a row; the last for all further ones.
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: Seconds to wait where only a person can help.
LONG_PAUSE: Final = 60.0
#: An update that breaks us is given up after as many tries, or it would hold up everybody else's for ever.
TRIES: Final = 3


class Reach:
    """Whether Telegram can be reached, told in the log when it changes, not at every try."""

    def __init__(self) -> None:
        self._trouble, self._failures = "", 0

    def lost(self, error: Exception) -> float:
        """A call failed: one line if it is a new trouble; answers how many seconds to wait."""
        trouble = type(error).__name__
        if trouble != self._trouble:
            log.warning("telegram cannot be used now; trying on", error=trouble, hint=_hint(error))
        self._trouble, self._failures = trouble, self._failures + 1
        if isinstance(error, RetryAfter):
            return seconds_of(error)
        if isinstance(error, InvalidToken):
            return LONG_PAUSE
        return PAUSES[min(self._failures, len(PAUSES)) - 1]

    def found(self) -> None:
        """A call went well."""
        if self._trouble:
            log.info("telegram can be used again")
        self._trouble, self._failures = "", 0


class Poller:
    """Fetches updates and has them taken, each until it is committed."""

    def __init__(self, bot: Bot, receiver: Receiver, reach: Reach) -> None:
        self._bot, self._receiver, self._reach = bot, receiver, reach
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        self._done: set[int] = set()  # committed, but not confirmed because an earlier one is in hand
        self._highest = 0  # 0: nothing to confirm

    async def run(self) -> None:
        """For ever. When it is cancelled, what is in hand is dropped: Telegram gives it again."""
        try:
            while True:
                try:
                    await self._round()
                except Exception as error:  # the loop outlives what nobody thought of, or the channel would fall silent
                    log.error("a round of telegram updates broke", error=type(error).__name__, where=_where(error))
                    await asyncio.sleep(self._reach.lost(error))
        finally:
            for task in self._in_hand.values():
                task.cancel()
            await asyncio.gather(*self._in_hand.values(), return_exceptions=True)

    @property
    def offset(self) -> int:
        """The number up to which (not including it) everything is committed; 0 when there is nothing to confirm."""
        if self._in_hand:
            return min(self._in_hand)
        return self._highest + 1 if self._highest else 0

    async def _round(self) -> None:
        offset = self.offset
        try:
            updates = await self._bot.get_updates(
                offset=offset, timeout=0 if self._in_hand else LONG_POLL, allowed_updates=WANTED
            )
        except (TelegramError, *UNREADABLE) as error:
            await asyncio.sleep(self._reach.lost(error))
            return
        self._reach.found()
        self._confirmed(offset)
        for update in updates:
            self._begin(update)
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), timeout=SHORT_PAUSE)

    def _confirmed(self, offset: int) -> None:
        """Telegram has heard `offset`. With nothing left, begin anew: after a quiet week it numbers afresh."""
        self._done = {number for number in self._done if number >= offset}
        if offset == self._highest + 1:
            self._highest = 0

    def _begin(self, update: Update) -> None:
        number = update.update_id
        if number in self._in_hand or number in self._done:
            return
        self._highest = max(self._highest, number)
        task = asyncio.ensure_future(self._until_taken(update))
        self._in_hand[number] = task
        task.add_done_callback(lambda _: self._ended(number))

    def _ended(self, number: int) -> None:
        del self._in_hand[number]
        self._done.add(number)

    async def _until_taken(self, update: Update) -> None:
        """Take an update; a database that is away is waited for, an update that breaks us is given up in the end."""
        try:
            found = self._receiver.read(update)
        except UNREADABLE as error:
            log.warning("a telegram update cannot be read", update=update.update_id, error=type(error).__name__)
            return
        breaks, waits = 0, 0
        while True:
            try:
                await self._receiver.take(found)
                return
            except AWAY as error:
                log.warning("a telegram update waits", update=update.update_id, error=type(error).__name__)
                waits += 1
            except Exception as error:  # whatever it is, it must not stop everybody else's messages
                breaks += 1
                name = type(error).__name__
                log.error("a telegram update broke us", update=update.update_id, error=name, where=_where(error))
                if breaks == TRIES:
                    self._receiver.apologise(found)
                    return
            await asyncio.sleep(PAUSES[min(breaks + waits, len(PAUSES)) - 1])


def _where(error: Exception) -> list[str]:
    """Where it broke, without the error's own words: a database's error repeats what was to be written."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]


def _hint(error: Exception) -> str:
    """What an operator should look at."""
    if isinstance(error, InvalidToken):
        return "JIEFANG_TELEGRAM_TOKEN is not a token this Bot API server knows"
    if isinstance(error, Conflict):
        return "another process asks for this bot's updates; only one may"
    return "network, proxy or TELEGRAM_API_BASE; residents who write now are answered when it is back"
