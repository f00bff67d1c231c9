"""What staff write in their Telegram group: a reply to the resident, a note by its prefix, a command; refused in plain words.

The same services as behind the desk, so both show the same. Outside of topics nothing is taken in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import Message, Update

from bot.cases.errors import ServiceError
from bot.channels.telegram_bot import Aside, Bot
from bot.channels.telegram_read import clean
from bot.services.forum import FROM_TOPIC, Forum
from bot.services.texts import Texts
from bot.services.views import NewCase, StaffView

if TYPE_CHECKING:
    from bot.app import Services

#: What begins an internal note.
NOTES: Final = ("//", "＃", "#", "备注")


@dataclass(frozen=True)
class StaffLetter:
    """Something written in the group. `thread` None: in General, where no conversation is."""

    chat: int
    sender: int
    message: int
    thread: int | None
    text: str


def read_staff(update: Update, group: int) -> StaffLetter | None:
    """What somebody wrote in the staff's group; None for everything else. Edits change nothing: they are said again."""
    message: Message | None = update.message
    if message is None or message.chat.id != group or message.from_user is None or message.from_user.is_bot:
        return None
    text = clean(message.text or message.caption or "")
    if not text:
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    return StaffLetter(message.chat.id, message.from_user.id, message.message_id, thread, text)


class StaffRoom:
    """Does what staff write."""

    def __init__(self, services: Services, forum: Forum, bot: Bot, words: Texts) -> None:
        self._services, self._forum, self._bot, self._words = services, forum, bot, words
        self.aside = Aside()
        self._commands: dict[str, Callable[[str, StaffView, str], str]] = {
            "take": self._take, "close": self._close, "back": self._back, "transfer": self._transfer, "case": self._case,
            "take_over": self._take_over, "help": self._help,
        }  # fmt: skip

    async def take(self, letter: StaffLetter) -> None:
        """When this returns, it is done and committed; what it led to is said in the topic."""
        said = await asyncio.to_thread(self.do, letter)
        if said:
            call = self._bot.send_message(letter.chat, said, message_thread_id=letter.thread)
            self.aside.do("staff notice", call)

    def do(self, letter: StaffLetter) -> str:
        """Do it; answers what to say to the person who wrote, or nothing."""
        if letter.thread is None:
            return ""  # talk among colleagues
        conversation = self._forum.conversation_of(letter.thread)
        if conversation is None:
            return ""
        staff = self._services.presence.by_telegram(letter.sender)
        if staff is None:
            return self._words("staff_unknown", number=letter.sender)
        try:
            return self._done(letter, conversation, staff)
        except ServiceError as error:
            return self._services.texts.error(error.code, **error.facts)

    def _done(self, letter: StaffLetter, conversation: str, staff: StaffView) -> str:
        handoff, text = self._services.handoff, letter.text
        prefix = next((prefix for prefix in NOTES if text.startswith(prefix)), None)
        if prefix is not None:
            handoff.note(conversation, staff, text.removeprefix(prefix).strip(" ：:"))
            return ""
        if text.startswith("/"):
            name, _, rest = text[1:].partition(" ")
            command = self._commands.get(name.partition("@")[0].lower(), self._help)
            return command(conversation, staff, rest.strip())
        handoff.reply(conversation, staff, text, client_id=f"{FROM_TOPIC}{letter.message}")
        return ""

    def _take(self, conversation: str, staff: StaffView, rest: str) -> str:
        self._services.handoff.claim(conversation, staff)
        return ""

    def _take_over(self, conversation: str, staff: StaffView, rest: str) -> str:
        self._services.handoff.claim(conversation, staff, from_colleague=True)
        return ""

    def _close(self, conversation: str, staff: StaffView, rest: str) -> str:
        self._services.handoff.close(conversation, staff)
        return ""

    def _back(self, conversation: str, staff: StaffView, rest: str) -> str:
        self._services.handoff.give_back(conversation, staff)
        return ""

    def _transfer(self, conversation: str, staff: StaffView, rest: str) -> str:
        self._services.handoff.transfer(conversation, staff, rest or None)
        return ""

    def _case(self, conversation: str, staff: StaffView, rest: str) -> str:
        new = NewCase(kind="report", description=rest)
        view = self._services.cases.file(conversation, new, inbox_id=None, by=staff)
        return self._words("staff_case", number=view.number, promise=view.promise)

    def _help(self, conversation: str, staff: StaffView, rest: str) -> str:
        return self._words("staff_help")
