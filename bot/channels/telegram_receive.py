"""Taking an update in: fetch its file, hand it to the gateway, answer the button. In order within each chat."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.cases.errors import Unavailable
from bot.channels.render import shortened
from bot.channels.telegram_bot import Aside, Bot
from bot.channels.telegram_field import FieldRoom
from bot.channels.telegram_files import Files, NotKept
from bot.channels.telegram_read import PRESSED, Letter, Press, Refused, read
from bot.channels.telegram_staff import StaffLetter, StaffRoom, read_staff
from bot.services.forum import Forum
from bot.services.texts import Texts
from bot.services.views import Incoming, Upload

if TYPE_CHECKING:
    from bot.app import Services

log = structlog.get_logger()
#: Groups that have been told to write in private, kept in mind.
REMEMBERED: Final = 10_000
#: The database or the disk cannot take anything now: Telegram must keep the update.
AWAY: Final = (Unavailable, OSError)


class Lanes:
    """One at a time in each lane, first come first served; lanes side by side."""

    def __init__(self) -> None:
        self._locks: dict[int, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, lane: int) -> AsyncIterator[None]:
        """Wait until everybody who came earlier to this lane is done."""
        lock, users = self._locks.get(lane, (asyncio.Lock(), 0))
        self._locks[lane] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            _, users = self._locks[lane]
            self._locks[lane] = lock, users - 1
            if users == 1:
                del self._locks[lane]


class Receiver:
    """Takes updates in, whichever way they came."""

    def __init__(self, services: Services, bot: Bot, words: Texts) -> None:
        self._services, self._bot, self._words = services, bot, words
        self._files = Files(bot, services.settings.max_upload_mb)
        self._lanes, self.aside = Lanes(), Aside()
        self._room = open_room(services, bot, words)
        self._field = FieldRoom(services, bot, words, self._files)
        self._told: OrderedDict[int, None] = OrderedDict()

    def read(self, update: Update) -> Letter | Refused | StaffLetter | None:
        """What to do about an update. Raises one of UNREADABLE for an update that is none."""
        group = self._services.settings.telegram_staff_group
        if group is not None and update.effective_chat is not None and update.effective_chat.id == group:
            return read_staff(update, group)
        return read(update, self._words)

    async def take(self, found: Letter | Refused | StaffLetter | None) -> None:
        """When this returns, the update is committed or needs nothing. Raises AWAY when it must come again."""
        if isinstance(found, Refused):
            self._refuse(found)
        elif isinstance(found, StaffLetter):
            if self._room is not None:
                async with self._lanes.turn(found.thread or found.chat):
                    await self._room.take(found)
        elif found is not None:
            async with self._lanes.turn(found.chat):
                if not await self._field.take(found):
                    await self._take(found)

    def apologise(self, found: Letter | Refused | StaffLetter | None) -> None:
        """Tell somebody that their message broke us and is lost."""
        if isinstance(found, Letter):
            self._tell(found.chat, self._words("failed"))

    async def _take(self, letter: Letter) -> None:
        uploads: tuple[Upload, ...] = ()
        if letter.file is not None:
            try:
                uploads = (await self._files.fetch(letter.file),)
            except NotKept as problem:
                self._tell_not_kept(letter, problem)
        if letter.button != PRESSED and (incoming := _incoming(letter, uploads)) is not None:
            await asyncio.to_thread(self._services.conversations.accept, incoming)
        if letter.press is not None:
            self._show_pressed(letter.chat, letter.press)

    def _tell_not_kept(self, letter: Letter, problem: NotKept) -> None:
        """A file was not kept: say why, and that the words written below it were."""
        sentence = self._words(problem.key, limit=self._files.limit_mb)
        self._tell(letter.chat, sentence + (self._words("words_kept") if letter.text else ""))

    def _show_pressed(self, chat: int, press: Press) -> None:
        """End the button's waiting sign, and leave of the keyboard only what was pressed."""
        self.aside.do("callback", self._bot.answer_callback_query(press.query_id))
        if press.message is not None and press.title and not press.title.startswith("✓"):
            mark = InlineKeyboardButton(shortened("✓ " + press.title), callback_data=PRESSED)
            markup = InlineKeyboardMarkup([[mark]])
            call = self._bot.edit_message_reply_markup(chat_id=chat, message_id=press.message, reply_markup=markup)
            self.aside.do("keyboard", call)

    def _refuse(self, refused: Refused) -> None:
        if refused.key == "group":
            if refused.chat in self._told:
                return
            self._told[refused.chat] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
        self._tell(refused.chat, self._words(refused.key))

    def _tell(self, chat: int, sentence: str) -> None:
        self.aside.do("notice", self._bot.send_message(chat, sentence))


def open_room(services: Services, bot: Bot, words: Texts) -> StaffRoom | None:
    """The staff's group, where one is set."""
    group = services.settings.telegram_staff_group
    return StaffRoom(services, Forum(services.handoff, group), bot, words) if group is not None else None


def _incoming(letter: Letter, uploads: tuple[Upload, ...]) -> Incoming | None:
    """The letter as the gateway takes it; None when a file without words was all of it and could not be kept."""
    kind: Any = letter.kind
    if kind == "file":
        kind = uploads[0].kind if uploads else "text"
        if not uploads and not letter.text:
            return None
    return Incoming(
        channel="telegram", address=str(letter.chat), message_id=letter.message_id, kind=kind, text=letter.text,
        button=letter.button, latitude=letter.latitude, longitude=letter.longitude, uploads=uploads,
    )  # fmt: skip
