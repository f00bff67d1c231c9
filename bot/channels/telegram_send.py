"""Saying something on Telegram: a row of the outbox as one message or several, and what became of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from telegram import LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.cases.errors import NotFound
from bot.channels.render import Part, keyboard, render
from bot.channels.telegram_bot import Bot
from bot.channels.telegram_read import UNREADABLE
from bot.services.ports import Delivery
from bot.services.texts import Texts
from bot.services.views import Outgoing, SentFile

if TYPE_CHECKING:
    from bot.services.privacy import Privacy
    from bot.services.sending import Sending

log = structlog.get_logger()
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
#: Seconds until a message is tried again that Telegram will not take before somebody has corrected the token.
TOKEN_WAIT: Final = 60.0
#: Half-sent messages kept in mind.
REMEMBERED: Final = 1000
#: What becomes of a message by what Telegram answers; the first row that fits. Everything else: later.
OUTCOMES: Final[tuple[tuple[type[TelegramError], Delivery, float], ...]] = (
    (Forbidden, Delivery.GONE, 0.0),  # the resident has blocked us, or is no more
    (ChatMigrated, Delivery.GONE, 0.0),
    (BadRequest, Delivery.GONE, 0.0),  # chat not found; or ours is wrong, and will be wrong again
    (InvalidToken, Delivery.LATER, TOKEN_WAIT),
)


class TelegramMessenger:
    """The Messenger of Telegram."""

    channel = "telegram"

    def __init__(self, bot: Bot, words: Texts, privacy: Privacy | None = None, sending: Sending | None = None) -> None:
        self._bot, self._words, self._privacy, self._sending = bot, words, privacy, sending
        self.retry_after = 0.0
        self._half_sent: OrderedDict[int, int] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> tuple[Delivery, str | None]:
        """Deliver; a message in parts that broke off is continued, not repeated. The id is that of the last part."""
        if outgoing.sent is not None:
            return await self._send_upload(outgoing, outgoing.sent)
        parts = render(outgoing.text, outgoing.sources, self._words)
        if not parts:
            parts = [Part(self._words("choose"))] if outgoing.buttons else []
        sent: Message | None = None
        try:
            for index in range(self._half_sent.get(outgoing.outbox_id, 0), len(parts)):
                sent = await self._send_part(outgoing, parts[index], last=index == len(parts) - 1)
                self._remember(outgoing.outbox_id, index + 1)
            for index in range(max(0, self._half_sent.get(outgoing.outbox_id, 0) - len(parts)), len(outgoing.files)):
                sent = await self._send_file(outgoing, outgoing.files[index][0]) or sent
                self._remember(outgoing.outbox_id, len(parts) + index + 1)
        except (TelegramError, *UNREADABLE) as error:
            return self._outcome(outgoing, error), None
        self._half_sent.pop(outgoing.outbox_id, None)
        return (Delivery.SENT, str(sent.message_id) if sent else None) if parts else (Delivery.GONE, None)

    async def _send_part(self, outgoing: Outgoing, part: Part, *, last: bool) -> Message:
        return await self._bot.send_message(
            int(outgoing.address), part.text, entities=part.entities or None, link_preview_options=NO_PREVIEW,
            reply_markup=keyboard(outgoing.buttons) if last else None,
        )  # fmt: skip

    async def _send_upload(self, outgoing: Outgoing, sent: SentFile) -> tuple[Delivery, str | None]:
        """A photo or file from staff; one whose bytes are gone (the resident was erased) is not sent."""
        if self._sending is None:
            return Delivery.GONE, None
        try:
            data = await asyncio.to_thread(self._sending.bytes_of, sent)
            call = self._bot.send_photo if sent.kind == "photo" else self._bot.send_document
            message = await call(int(outgoing.address), data, filename=sent.name)
        except NotFound:
            return Delivery.GONE, None
        except (TelegramError, *UNREADABLE) as error:
            return self._outcome(outgoing, error), None
        return Delivery.SENT, str(message.message_id)

    async def _send_file(self, outgoing: Outgoing, export_id: int) -> Message | None:
        """A copy of the resident's data as a document; one that has expired meanwhile is left out."""
        if self._privacy is None:
            return None
        try:
            file, data = await asyncio.to_thread(self._privacy.file, export_id, conversation_id=outgoing.conversation_id)
        except NotFound:
            return None
        return await self._bot.send_document(int(outgoing.address), data, filename=file.name)

    def _remember(self, outbox_id: int, parts: int) -> None:
        self._half_sent[outbox_id] = parts
        if len(self._half_sent) > REMEMBERED:
            self._half_sent.popitem(last=False)

    def _outcome(self, outgoing: Outgoing, error: Exception) -> Delivery:
        """What a refusal means; sets `retry_after`. Nothing of the message is logged."""
        if isinstance(error, RetryAfter):
            self.retry_after = seconds_of(error)
            return Delivery.LATER
        fits = ((delivery, wait) for kind, delivery, wait in OUTCOMES if isinstance(error, kind))
        delivery, self.retry_after = next(fits, (Delivery.LATER, 0.0))
        if delivery is Delivery.GONE:
            self._half_sent.pop(outgoing.outbox_id, None)
        log.warning("telegram did not take a message", outbox=outgoing.outbox_id, error=type(error).__name__, then=delivery)
        return delivery


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks us to wait; the library is changing the type of the number."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
