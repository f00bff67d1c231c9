"""The webhook: the secret, rubbish of every kind, and 200 only behind the commit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.app import Services
from bot.cases.errors import Unavailable
from bot.channels.telegram import UPDATE_BYTES, running_telegram, webhook_router, webhook_secret
from bot.settings import SettingsError
from tests.botapi.server import BotApiServer
from tests.channels.telegram_world import TelegramWorld, a_photo, a_server, shared_services, until
from tests.channels.test_telegram_read import RUBBISH, everything, paths, spoiled

SECRET = "geheim-1234"
PUBLIC = "https://jiefang.example"


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    yield from a_server()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    yield from shared_services(tmp_path_factory.mktemp("telegram"))


@pytest.fixture
def world(services: Services, server: BotApiServer) -> TelegramWorld:
    return TelegramWorld(services, server, telegram_mode="webhook", telegram_secret=SECRET, telegram_webhook_url=PUBLIC)


@pytest.fixture
def client(world: TelegramWorld) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(webhook_router(world.services))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def post(client, update, secret=SECRET):
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    return client.post("/telegram/webhook", content=body, headers=headers).status_code


def texts(world):
    return [view.text for view in world.heard()]


@pytest.mark.parametrize("secret", [None, "", "geheim", SECRET + "x", SECRET.upper(), "密".encode()])
def test_without_the_secret_nothing_is_read(client, world, secret):
    assert post(client, world.resident.says("在吗"), secret) == 403
    assert texts(world) == []


def test_an_update_is_acknowledged_when_it_is_committed(client, world):
    assert post(client, world.resident.says("在吗")) == 200
    assert texts(world) == ["在吗"]


def test_without_the_database_telegram_keeps_the_update(client, world, monkeypatch):
    def away(incoming):
        raise Unavailable("database")

    update = world.resident.says("在吗")
    with monkeypatch.context() as patch:
        patch.setattr(world.services.conversations, "accept", away)
        assert post(client, update) == 503
    assert post(client, update) == 200
    assert texts(world) == ["在吗"]


def test_three_times_the_same_update_is_one_message(client, world):
    update = world.resident.photo(a_photo(), caption="墙裂了")
    assert [post(client, update) for _ in range(3)] == [200] * 3
    (view,) = world.heard()
    assert (view.text, len(view.attachments)) == ("墙裂了", 1)


BODIES = [
    b"", b" ", b"{", b"}", b"null", b"[]", b"[1]", b'"x"', b"{}", b"\xff\xfe\x00", b"\x00" * 100, b"NaN", b"1e999",
    b'{"update_id":1e999}', b'{"update_id":"1"}', b'{"update_id":1,"message":[]}', b'{"update_id":1,"message":"x"}',
    b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b'{"update_id":1,"message":{"message_id":1}}', "你好".encode("gbk"),
    b"update_id=1&message=x", b"<xml/>",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:20]))
def test_what_is_no_update_is_refused(client, world, body):
    assert post(client, body) == 400
    assert post(client, world.resident.says("在吗")) == 200
    assert texts(world) == ["在吗"]


def test_more_than_any_update_is_not_read(client, world):
    huge = world.resident.says("长" * (UPDATE_BYTES // 2))
    assert post(client, huge) == 413
    assert texts(world) == []


def test_four_hundred_spoiled_updates_do_no_harm(client, world):
    """Any field of any update replaced by rubbish: no 5xx, and the good update behind each ten of them is taken."""
    dice = random.Random(22)
    good = 0
    for number in range(400):
        update = dice.choice(everything())
        status = post(client, spoiled(update, dice.choice(list(paths(update))), dice.choice(RUBBISH)))
        assert status in (200, 400)
        if number % 10 == 9:
            good += 1
            assert post(client, world.resident.says(f"第{good}句")) == 200
    assert texts(world) == [f"第{number}句" for number in range(1, good + 1)]


def test_other_methods_and_paths_are_not_served(client):
    assert client.get("/telegram/webhook").status_code == 405
    assert client.post("/telegram").status_code == 404


@pytest.mark.asyncio
async def test_telegram_is_told_the_address_and_the_secret(world):
    async with running_telegram(world.services):
        await until(lambda: world.state.webhook)
    assert (world.state.webhook["url"], world.state.webhook["secret_token"]) == (f"{PUBLIC}/telegram/webhook", SECRET)
    assert "callback_query" in json.loads(world.state.webhook["allowed_updates"])
    assert world.state.called("getUpdates") == []


def test_there_is_always_a_secret(world, services):
    secret = webhook_secret(services.settings.model_copy(update={"telegram_token": "1:a", "telegram_secret": None}))
    other = webhook_secret(services.settings.model_copy(update={"telegram_token": "1:b", "telegram_secret": None}))
    assert len(secret) == 64
    assert secret != other
    assert webhook_secret(world.services.settings) == SECRET


@pytest.mark.asyncio
async def test_without_an_address_the_start_says_what_is_missing(services, server):
    lost = TelegramWorld(services, server, telegram_mode="webhook", telegram_webhook_url=None)
    with pytest.raises(SettingsError, match="JIEFANG_TELEGRAM_WEBHOOK_URL"):
        async with running_telegram(lost.services):
            pass
