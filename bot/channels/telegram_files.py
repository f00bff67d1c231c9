"""Files residents send on Telegram: fetched through the Bot API, told apart by their bytes as on the web page."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram_bot import Bot
from bot.channels.telegram_read import UNREADABLE, FileRef
from bot.channels.web_limits import Problem
from bot.channels.web_uploads import read_upload
from bot.services.views import Upload

log = structlog.get_logger()
#: A bot may fetch files up to this size from Telegram.
TELEGRAM_MB: Final = 20
MEGABYTE: Final = 1024 * 1024
#: Seconds between the tries to fetch a file; after the last the resident is asked to send it again.
PAUSES: Final = (0.5, 2.0)
#: Seconds all tries together may take: messages behind it in the same chat wait for it.
PATIENCE: Final = 60.0
#: Files fetched at once; each is held in memory.
AT_ONCE: Final = 4


class NotKept(Exception):
    """A file was not kept; `key` names the sentence in data/district/telegram.csv."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Files:
    """Fetches files."""

    def __init__(self, bot: Bot, limit_mb: int) -> None:
        self._bot, self.limit_mb = bot, min(limit_mb, TELEGRAM_MB)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, ref: FileRef) -> Upload:
        """The file's bytes as an upload. Raises NotKept when it is too big, of no known kind, or cannot be had."""
        self._check_size(ref.size)
        async with self._room:
            try:
                data = await asyncio.wait_for(self._download(ref), PATIENCE)
            except TimeoutError as error:
                raise NotKept("not_fetched") from error
            self._check_size(len(data))
            try:
                return await asyncio.to_thread(read_upload, ref.name, data)
            except Problem as problem:
                raise NotKept(problem.key) from problem

    async def _download(self, ref: FileRef) -> bytes:
        for pause in (*PAUSES, None):
            try:
                file = await self._bot.get_file(ref.file_id)
                self._check_size(file.file_size)
                if not file.file_path:
                    raise NotKept("not_fetched")
                return bytes(await file.download_as_bytearray())
            except (BadRequest, InvalidToken) as error:  # gone, or bigger than Telegram had said
                too_big = "too big" in error.message
                raise NotKept("too_big" if too_big else "not_fetched") from error
            except (TelegramError, *UNREADABLE) as error:
                log.warning("a file of telegram cannot be fetched", error=type(error).__name__, again=pause is not None)
                if pause is None:
                    raise NotKept("not_fetched") from error
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    def _check_size(self, size: int | None) -> None:
        if size is not None and size > self.limit_mb * MEGABYTE:
            raise NotKept("too_big")
