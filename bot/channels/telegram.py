"""The Telegram channel: starting and stopping it, and the webhook's address.

`running_telegram` sends, and in polling mode also receives; `webhook_router` receives in webhook mode. What an update
says is read in `telegram_read.py`, taken in by `telegram_receive.py`; what we say is sent by `telegram_send.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Final

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from telegram import BotCommand, Update
from telegram.error import TelegramError

from bot.channels.telegram_bot import Bot, open_line
from bot.channels.telegram_forum import ForumTeller
from bot.channels.telegram_poll import Poller, Reach
from bot.channels.telegram_read import UNREADABLE, WANTED
from bot.channels.telegram_receive import AWAY, Receiver
from bot.channels.telegram_send import TelegramMessenger
from bot.services.forum import Forum
from bot.services.live import rounds
from bot.services.ports import Messenger, Wakeups
from bot.services.texts import Texts
from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.app import Services

log = structlog.get_logger()
WEBHOOK_PATH: Final = "/telegram/webhook"
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105  # a name, no secret
#: Bytes of one update; Telegram's own stay far below.
UPDATE_BYTES: Final = 512 * 1024
#: Seconds between looks at the staff's topics, should nobody call; and between two looks, so that many lines are one message.
TOPICS_EVERY, TOPICS_REST = 2.0, 0.3
MENU: Final = ("start", "help", "cases", "human")


@asynccontextmanager
async def running_telegram(services: Services) -> AsyncIterator[Messenger]:
    """The channel, running while the block runs. A Telegram that is away is tried again in the background.

    Raises SettingsError in webhook mode without an address.
    """
    if services.settings.telegram_mode == "webhook":
        webhook_address(services.settings)
    line, words = open_line(services.settings), sentences(services.settings)
    receiver = Receiver(services, line.bot, words)
    tasks = [asyncio.ensure_future(_run(services.settings, line.bot, words, receiver))]
    if services.settings.telegram_staff_group is not None:
        teller = ForumTeller(Forum(services.handoff, services.settings.telegram_staff_group), line.bot, words)
        tasks.append(asyncio.ensure_future(_tell(services.wakeups, teller)))
    try:
        yield TelegramMessenger(line.bot, words, services.privacy, services.sending)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await receiver.aside.close()
        await line.close()


def webhook_router(services: Services) -> APIRouter:
    """POST /telegram/webhook. An update is acknowledged with 200 only after it is committed."""
    secret, words = webhook_secret(services.settings).encode(), sentences(services.settings)
    line = open_line(services.settings)
    receiver = Receiver(services, line.bot, words)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await receiver.aside.close()
        await line.close()

    async def webhook(request: Request) -> Response:
        header = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(header, secret):
            return Response(status_code=403)
        body = await request.body()
        try:
            found = receiver.read(Update.de_json(json.loads(body), line.bot))
        except UNREADABLE:
            return Response(status_code=400)
        try:
            await receiver.take(found)
        except AWAY as error:
            log.warning("a telegram update was not taken; telegram will bring it again", error=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    router = APIRouter(lifespan=lifespan)
    router.add_api_route(WEBHOOK_PATH, webhook, methods=["POST"], include_in_schema=False, max_body_size=UPDATE_BYTES)
    return router


def sentences(settings: Settings) -> Texts:
    """What the channel itself says, and what commands and the menu mean."""
    return Texts(settings.district / "telegram.csv")


def webhook_secret(settings: Settings) -> str:
    """What Telegram must repeat in each call: the setting, or else derived from the token, so there always is one."""
    if settings.telegram_secret:
        return settings.telegram_secret
    return hmac.new((settings.telegram_token or "").encode(), b"jiefang telegram webhook", hashlib.sha256).hexdigest()


def webhook_address(settings: Settings) -> str:
    """Where Telegram shall bring updates. Raises SettingsError when the public address is not set."""
    if not settings.telegram_webhook_url:
        raise SettingsError("Telegram 的 webhook 方式需要配置 JIEFANG_TELEGRAM_WEBHOOK_URL（本服务的公网 https 地址）。")
    return settings.telegram_webhook_url.rstrip("/").removesuffix(WEBHOOK_PATH) + WEBHOOK_PATH


async def _run(settings: Settings, bot: Bot, words: Texts, receiver: Receiver) -> None:
    """Introduce ourselves to Telegram until it listens, then ask for updates if that is our way."""
    reach = Reach()
    while True:
        try:
            await _introduce(settings, bot, words)
            break
        except (TelegramError, *UNREADABLE) as error:
            await asyncio.sleep(reach.lost(error))
    reach.found()
    log.info("telegram listens", mode=settings.telegram_mode)
    if settings.telegram_mode == "polling":
        await Poller(bot, receiver, reach).run()


async def _tell(wakeups: Wakeups, teller: ForumTeller) -> None:
    """Keep the staff's topics up to date, for ever."""
    looks = rounds(wakeups, lambda: ("desk",), TOPICS_EVERY, rest=TOPICS_REST)
    async with aclosing(looks):
        async for _ in looks:
            try:
                await teller.once()
            except Exception as error:  # a look that breaks must not silence the staff's group until the next start
                log.warning("topics wait", error=type(error).__name__)


async def _introduce(settings: Settings, bot: Bot, words: Texts) -> None:
    """Check the token, say how we want our updates, and put our commands into the menu."""
    await bot.get_me()
    if settings.telegram_mode == "webhook":
        await bot.set_webhook(webhook_address(settings), allowed_updates=WANTED, secret_token=webhook_secret(settings))
    else:
        await bot.delete_webhook()
    await bot.set_my_commands([BotCommand(name, words("menu_" + name)) for name in MENU])
