"""What we say on Telegram, and what becomes of it when Telegram will not have it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.app import Services
from bot.services.ports import Delivery
from bot.services.views import Button, Outgoing, Source, Utterance
from tests.botapi.server import BotApiServer
from tests.botapi.state import Refusal, Trouble
from tests.channels.telegram_world import TelegramWorld, a_server, shared_services, until

pytestmark = pytest.mark.asyncio
SOURCE = Source("居住证暂行条例", "第九条", "十五日内制作发放。", "v1", "国令第663号", "国务院", "全国", "2016-01-01")
OUTBOX = itertools.count(1_000_000)


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    yield from a_server()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    yield from shared_services(tmp_path_factory.mktemp("telegram"))


@pytest.fixture
def world(services: Services, server: BotApiServer) -> TelegramWorld:
    return TelegramWorld(services, server)


def outgoing(world, text="好的。", buttons=(), sources=(), chat=None):
    return Outgoing(next(OUTBOX), "telegram", str(chat or world.resident.chat), text, tuple(buttons), tuple(sources))


async def test_an_answer_comes_with_its_source_and_buttons(world):
    async with world.running() as messenger:
        sent = outgoing(world, "十五天内拿到。", [("aB3_-x", "还要什么材料？")], [SOURCE])
        delivery, ident = await messenger.send(sent)
    (message,) = world.state.messages.values()
    assert (delivery, ident) == (Delivery.SENT, str(message["message_id"]))
    assert message["text"].startswith("十五天内拿到。\n\n依据：\n《居住证暂行条例》 · 第九条 · 国令第663号")
    assert message["entities"][0]["type"] == "expandable_blockquote"
    assert message["reply_markup"]["inline_keyboard"] == [[{"text": "还要什么材料？", "callback_data": "aB3_-x"}]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("第一句要说清楚。" * 2000, id="very long"),
        pytest.param("<b>不</b>&amp;是_标记_*的* [话](http://x) `~|", id="marks"),
        pytest.param("😀" * 5000, id="emoji"),
    ],
)
async def test_telegram_takes_whatever_we_say(world, text):
    async with world.running() as messenger:
        delivery, _ = await messenger.send(outgoing(world, text, [("id", "转人工")]))
    texts = world.state.texts()
    assert (delivery, "".join(texts)) == (Delivery.SENT, text)
    keyboards = ["reply_markup" in message for message in world.state.messages.values()]
    assert keyboards == [False] * (len(texts) - 1) + [True]


@pytest.mark.parametrize(("text", "buttons", "expected"), [
    ("", [("id", "转人工")], Delivery.SENT),
    (" \n", [], Delivery.GONE),
])  # fmt: skip
async def test_buttons_without_words_get_some(world, text, buttons, expected):
    async with world.running() as messenger:
        delivery, _ = await messenger.send(outgoing(world, text, buttons))
    assert delivery is expected
    assert world.state.texts() == (["请选一个："] if buttons else [])


@pytest.mark.parametrize(
    ("trouble", "expected", "wait"),
    [
        (Trouble("refuse", refusal=Refusal(429, "Too Many Requests: retry after 7", retry_after=7)), Delivery.LATER, 7.0),
        (Trouble("refuse", refusal=Refusal(403, "Forbidden: user is deactivated")), Delivery.GONE, 0.0),
        (Trouble("refuse", refusal=Refusal(400, "Bad Request: can't parse entities")), Delivery.GONE, 0.0),
        (Trouble("refuse", refusal=Refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-5)), Delivery.GONE, 0.0),
        (Trouble("refuse", refusal=Refusal(500, "Internal Server Error")), Delivery.LATER, 0.0),
        (Trouble("refuse", refusal=Refusal(401, "Unauthorized")), Delivery.LATER, 60.0),
        (Trouble("rubbish"), Delivery.LATER, 0.0),
        (Trouble("rubbish", body=b'{"ok":true,"result":{}}'), Delivery.LATER, 0.0),
        (Trouble("rubbish", body=b'{"ok":true,"result":7}'), Delivery.LATER, 0.0),
        (Trouble("drop"), Delivery.LATER, 0.0),
    ],
    ids=["429", "deactivated", "bad request", "migrated", "500", "401", "html", "empty result", "a number", "dropped"],
)
async def test_what_telegram_refuses(world, trouble, expected, wait):
    world.state.trouble("sendMessage", trouble)
    async with world.running() as messenger:
        assert await messenger.send(outgoing(world)) == (expected, None)
        assert messenger.retry_after == wait
        assert (await messenger.send(outgoing(world)))[0] is Delivery.SENT
    assert world.state.texts() == ["好的。"]


async def test_a_resident_who_blocked_us_is_gone(world):
    world.state.blocked.add(world.resident.chat)
    async with world.running() as messenger:
        assert (await messenger.send(outgoing(world)))[0] is Delivery.GONE
        assert (await messenger.send(outgoing(world, chat=123_456_789)))[0] is Delivery.GONE


async def test_an_answer_that_is_slow_is_waited_for_and_not_said_twice(world):
    world.state.trouble("sendMessage", Trouble("slow", seconds=6))
    async with world.running() as messenger:
        assert (await messenger.send(outgoing(world)))[0] is Delivery.SENT
    assert world.state.texts() == ["好的。"]


async def test_telegram_away_is_later(world):
    async with world.running() as messenger:
        world.server.stop()
        assert (await messenger.send(outgoing(world)))[0] is Delivery.LATER
        world.server.start()
        assert (await messenger.send(outgoing(world)))[0] is Delivery.SENT


async def test_a_long_message_that_broke_off_is_continued(world):
    long = outgoing(world, "说清楚。" * 2500)
    async with world.running() as messenger:
        await messenger.send(outgoing(world, "先来一句。"))
        world.state.trouble("sendMessage", Trouble("slow"), Trouble("drop"))
        assert (await messenger.send(long))[0] is Delivery.LATER
        assert (await messenger.send(long))[0] is Delivery.SENT
    assert "".join(world.state.texts()) == "先来一句。" + long.text


async def test_the_outbox_waits_as_long_as_telegram_asks(world):
    world.resident.says("在吗")
    async with world.running() as messenger:
        await until(world.heard)
        await world.turns()
        world.state.trouble("sendMessage", Trouble("refuse", refusal=Refusal(429, "Too Many Requests", retry_after=40)))
        await world.deliver(messenger)
        world.services.clock.move(seconds=39)
        await world.deliver(messenger)
        assert world.state.texts() == []
        world.services.clock.move(seconds=2)
        await world.deliver(messenger)
    assert world.state.texts() == ["听到：在吗"]


async def test_a_blocked_resident_holds_up_nobody(world):
    world.resident.says("在吗")
    async with world.running() as messenger:
        await until(world.heard)
        await world.turns()
        world.state.blocked.add(world.resident.chat)
        await world.deliver(messenger)
    assert [view.status for view in world.transcript() if view.sender == "bot"] == ["failed"]


async def test_a_button_is_pressed_answered_and_marked(world):
    buttons = (Button("居住证怎么办", "居住证怎么办理"), Button("转人工", "gateway:human"))
    world.services.engine.script["有什么事"] = Utterance("请选：", buttons)
    world.resident.says("有什么事")
    async with world.running() as messenger:
        await until(world.heard)
        await world.turns()
        await world.deliver(messenger)
        (message,) = world.state.messages.values()
        press = message["reply_markup"]["inline_keyboard"][0][1]["callback_data"]
        world.resident.presses(dict(message), press)
        await until(lambda: not world.state.open_queries and world.state.called("editMessageReplyMarkup"))
        await until(lambda: message["reply_markup"]["inline_keyboard"] == [[{"text": "✓ 转人工", "callback_data": "pressed"}]])
        await world.deliver(messenger)
        world.resident.presses(dict(message), "pressed")
        await until(lambda: not world.state.updates and not world.state.open_queries)
    assert [(view.kind, view.text) for view in world.heard()] == [("text", "有什么事"), ("button", "转人工")]
    assert "正在为您转接工作人员" in world.state.texts()[1]


async def test_an_old_button_is_explained(world):
    world.resident.presses(world.resident.message(text="旧消息"), "long-gone")
    async with world.running() as messenger:
        await until(world.heard)
        await world.deliver(messenger)
    assert world.state.texts() == ["这个按钮已经过期了。请直接用文字告诉我。"]


async def test_our_buttons_are_short_enough_and_telegram_would_refuse_longer_ones(world):
    """The limit is the server's: what we send passes it, a payload in the button itself would not."""
    payload = "查询工单进度：" * 8
    world.services.engine.script["按钮"] = Utterance("请选：", (Button("查进度", payload),))
    world.resident.says("按钮")
    async with world.running() as messenger:
        await until(world.heard)
        await world.turns()
        await world.deliver(messenger)
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("查进度", callback_data=payload)]])
        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await messenger._bot.send_message(world.resident.chat, "请选：", reply_markup=markup)
    assert world.state.texts() == ["请选："]


async def test_an_emergency_is_answered_on_telegram_while_the_bot_is_down(world):
    world.services.engine.down = True
    world.resident.says("家里着火了，快来人")
    async with world.running() as messenger:
        await until(world.heard)
        await world.deliver(messenger)
    world.services.engine.down = False
    assert "119" in world.state.texts()[0]


async def test_answers_keep_their_order(world):
    words = [f"第{number}句" for number in range(8)]
    for text in words:
        world.resident.says(text)
    async with world.running() as messenger:
        await until(lambda: len(world.heard()) == len(words))
        await world.turns()
        await world.deliver(messenger)
    assert world.state.texts() == [f"听到：{text}" for text in words]


async def test_many_at_once_stay_under_telegrams_pace(world):
    """Thirty messages a second to everybody together is Telegram's limit; the library's limiter keeps us below it."""
    begin = asyncio.get_running_loop().time()
    async with world.running() as messenger:
        done = await asyncio.gather(*(messenger.send(outgoing(world, f"{number}")) for number in range(45)))
    assert {delivery for delivery, _ in done} == {Delivery.SENT}
    assert asyncio.get_running_loop().time() - begin > 0.4
