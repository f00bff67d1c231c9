"""Telling the staff's Telegram group: one forum topic a conversation, made again when somebody deletes it.

A resident's words go into their topic or nowhere: every message is sent with the topic's number and looked at when Telegram
answers; one that fell elsewhere is deleted at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from telegram import LinkPreviewOptions
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.channels.telegram_bot import Bot
from bot.channels.telegram_read import UNREADABLE
from bot.channels.telegram_send import seconds_of
from bot.services.forum import Forum, Telling
from bot.services.texts import Texts
from bot.services.views import ConversationView, MessageView

log = structlog.get_logger()
#: Signs of a message of ours; Telegram takes 4,096 and counts some signs twice.
LONGEST: Final = 1900
NAME_AT_MOST: Final = 128
#: Telegram's words for a topic that is no more.
GONE: Final = ("thread not found", "topic_deleted", "topic_id_invalid", "message thread not found")
CLOSED: Final = ("topic_closed",)
UNCHANGED: Final = ("topic_not_modified",)
AGAIN: Final = 5.0
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
CLOSED_OWNER: Final = "closed"


class TopicGone(Exception):
    """The topic was deleted, or Telegram put the message elsewhere."""


class ForumTeller:
    """Brings every topic up to date."""

    def __init__(self, forum: Forum, bot: Bot, words: Texts) -> None:
        self._forum, self._bot, self._words = forum, bot, words

    async def once(self) -> int:
        """Tell what is due; answers how many topics were told something."""
        due = await asyncio.to_thread(self._forum.due)
        told = await asyncio.gather(*(self._tell(conversation) for conversation in due))
        return sum(told)

    async def _tell(self, conversation: str) -> bool:
        telling = await asyncio.to_thread(self._forum.take, conversation)
        if telling is None:
            return False
        try:
            await self._bring_up_to_date(conversation, telling)
        except TopicGone:
            log.warning("a topic is gone; it is made again", conversation=conversation)
            await asyncio.to_thread(self._forum.lost, conversation)
        except (TelegramError, *UNREADABLE) as error:
            wait = seconds_of(error) if isinstance(error, RetryAfter) else AGAIN
            log.warning("a topic was not told", conversation=conversation, error=type(error).__name__)
            await asyncio.to_thread(self._forum.later, conversation, wait)
            return False
        return True

    async def _bring_up_to_date(self, conversation: str, telling: Telling) -> None:
        view, thread = telling.view, telling.thread
        if thread is None:
            topic = await self._bot.create_forum_topic(self._forum.chat, self._name(view))
            thread = topic.message_thread_id
            await asyncio.to_thread(self._forum.made, conversation, thread)
            await self._say(thread, self._card(view))
        elif telling.shown != view.owner:
            await self._show(thread, telling.shown, view)
        for piece in pieces([self._line(line) for line in telling.lines]):
            await self._say(thread, piece)
        if view.owner == CLOSED_OWNER and telling.shown != view.owner:
            await self._manage(self._bot.close_forum_topic(self._forum.chat, thread))
        await asyncio.to_thread(self._forum.told, conversation, telling.until, view.owner)

    async def _show(self, thread: int, shown: str, view: ConversationView) -> None:
        """The topic's name says who has the word, as the desk does."""
        if shown == CLOSED_OWNER:
            await self._manage(self._bot.reopen_forum_topic(self._forum.chat, thread))
        await self._manage(self._bot.edit_forum_topic(self._forum.chat, thread, name=self._name(view)))

    async def _manage(self, call: object) -> None:
        try:
            await call  # type: ignore[misc]  # one of the bot's calls
        except BadRequest as error:
            if _means(error, GONE):
                raise TopicGone from error
            if not _means(error, UNCHANGED):
                raise

    async def _say(self, thread: int, text: str) -> None:
        """Into the topic or nowhere. Raises TopicGone."""
        try:
            sent = await self._bot.send_message(
                self._forum.chat, text, message_thread_id=thread, link_preview_options=NO_PREVIEW
            )
        except BadRequest as error:
            if _means(error, CLOSED):
                await self._manage(self._bot.reopen_forum_topic(self._forum.chat, thread))
                await self._bot.send_message(self._forum.chat, text, message_thread_id=thread)
                return
            if _means(error, GONE):
                raise TopicGone from error
            raise
        if sent.message_thread_id != thread:  # Telegram has been seen to put it into General: that must not stay there
            await self._bot.delete_message(self._forum.chat, sent.message_id)
            raise TopicGone

    def _name(self, view: ConversationView) -> str:
        kind = "staff" if view.owner.startswith("staff:") else view.owner
        sign = "alert" if view.open_alert else kind
        return self._words(f"topic_{sign}", resident=view.resident_name, owner=view.owner_name)[:NAME_AT_MOST]

    def _card(self, view: ConversationView) -> str:
        facts = "\n".join(f"{name}：{value}" for name, value in view.carried.items() if isinstance(value, str) and value)
        return self._words("topic_card", resident=view.resident_name, channel=view.channel, facts=facts).strip()

    def _line(self, line: MessageView) -> str:
        files = "".join(f" [{name or kind}]" for _, kind, name, _ in line.attachments)
        files += f" [{line.sent.name}]" if line.sent else ""
        return self._words(f"topic_line_{line.sender}", name=line.sender_name, text=line.text + files)


def pieces(lines: list[str]) -> list[str]:
    """Lines put together to messages that Telegram takes, a line that is too long cut into several."""
    found: list[str] = []
    for line in lines:
        for start in range(0, max(len(line), 1), LONGEST):
            part = line[start : start + LONGEST]
            if found and len(found[-1]) + len(part) < LONGEST:
                found[-1] += "\n" + part
            else:
                found.append(part)
    return found


def _means(error: BadRequest, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(word in said for word in words)
