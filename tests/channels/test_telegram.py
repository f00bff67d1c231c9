"""Telegram from a resident's thumb to the inbox: the real library against a Bot API server, real services on SQLite."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator

import pytest
from PIL import Image

from bot.app import Services
from bot.cases.errors import Unavailable
from tests.botapi.server import BotApiServer
from tests.botapi.state import Refusal, Trouble
from tests.botapi.updates import GROUP, Resident, added_to_group, channel_post, group_message, other_bot
from tests.channels.telegram_world import TelegramWorld, a_photo, a_server, shared_services, until

pytestmark = pytest.mark.asyncio
OGG, MP4, PDF = b"OggS" + b"\0" * 60, b"\0\0\0\x18ftypmp42" + b"\0" * 60, b"%PDF-1.7\n%%EOF"
MP3 = b"ID3" + OGG
PLACE = {"latitude": 31.2304, "longitude": 121.4737}
NEIGHBOUR = 90_001


@pytest.fixture(scope="module")
def server() -> Iterator[BotApiServer]:
    yield from a_server()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    yield from shared_services(tmp_path_factory.mktemp("telegram"))


@pytest.fixture
def world(services: Services, server: BotApiServer) -> TelegramWorld:
    return TelegramWorld(services, server)


async def all_taken(world):
    """Until Telegram has been told that we have everything."""
    await until(lambda: not world.state.updates)


@pytest.mark.parametrize(
    ("send", "kind", "text", "attachment"),
    [
        pytest.param(lambda r: r.says("三号楼楼道灯坏了"), "text", "三号楼楼道灯坏了", None, id="text"),
        pytest.param(lambda r: r.photo(a_photo(), caption="看，墙裂了"), "photo", "看，墙裂了", "image/jpeg", id="photo"),
        pytest.param(lambda r: r.photo(a_photo()), "photo", "[图片]", "image/jpeg", id="photo without words"),
        pytest.param(lambda r: r.media("voice", OGG, mime_type="audio/ogg"), "voice", "[语音]", "audio/ogg", id="voice"),
        pytest.param(
            lambda r: r.media("audio", b"ID3" + OGG, file_name="录音.mp3"), "voice", "[语音]", "audio/mpeg", id="audio"
        ),
        pytest.param(lambda r: r.media("video", MP4, caption="漏水"), "file", "漏水", "video/mp4", id="video"),
        pytest.param(lambda r: r.media("video_note", MP4), "file", "[文件]", "video/mp4", id="round video"),
        pytest.param(lambda r: r.media("document", PDF, file_name="合同.pdf"), "file", "[文件]", "application/pdf", id="file"),
        pytest.param(
            lambda r: r.media("document", a_photo(), file_name="a.jpg"), "photo", "[图片]", "image/jpeg", id="photo as file"
        ),
        pytest.param(lambda r: r.sends(location=PLACE), "location", "[位置]", None, id="place"),
    ],
)
async def test_every_kind_of_message_is_kept(world, send, kind, text, attachment):
    send(world.resident)
    async with world.running():
        await all_taken(world)
    (view,) = world.heard()
    assert (view.kind, view.text) == (kind, text)
    assert [item[3] for item in view.attachments] == ([attachment] if attachment else [])
    assert world.state.texts() == []


async def test_a_place_and_a_file_are_kept_as_sent(world):
    world.resident.sends(location=PLACE)
    world.resident.media("document", PDF, file_name="物业合同.pdf")
    async with world.running():
        await all_taken(world)
    place, file = world.heard()
    assert place.location == (31.2304, 121.4737)
    stored = world.services.conversations.attachment(file.attachments[0][0], conversation_id=None)
    assert (stored.name, stored.path.read_bytes()) == ("物业合同.pdf", PDF)


async def test_a_photo_loses_what_it_tells_of_the_telephone(world):
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "PhoneMaker"
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=exif)
    world.resident.media("document", out.getvalue(), file_name="IMG_1.jpg")
    async with world.running():
        await all_taken(world)
    ident = world.heard()[0].attachments[0][0]
    stored = world.services.conversations.attachment(ident, conversation_id=None)
    assert b"PhoneMaker" not in stored.path.read_bytes()


async def test_a_shared_number_is_kept_out_of_sight(world):
    world.resident.sends(contact={"phone_number": "+8613800138000", "first_name": "王", "user_id": world.resident.chat})
    async with world.running():
        await all_taken(world)
    (view,) = world.heard()
    assert view.sealed
    assert "13800138000" not in view.text


@pytest.mark.parametrize("caption", ["", "三号楼门口，很急"], ids=["no words", "words"])
@pytest.mark.parametrize(
    ("send", "said"),
    [
        pytest.param(lambda r, c: r.media("video", MP4, size=30 * 2**20, **c), "文件太大", id="told too big"),
        pytest.param(lambda r, c: r.photo(a_photo(), size=30 * 2**20, **c), "文件太大", id="found too big"),
        pytest.param(lambda r, c: r.media("document", b"MZ\x90\x00", file_name="a.exe", **c), "打不开", id="a program"),
        pytest.param(lambda r, c: r.media("document", b"", file_name="a.pdf", **c), "空的", id="empty"),
        pytest.param(lambda r, c: r.photo(b"\xff\xd8\xff broken", **c), "照片打不开", id="broken photo"),
        pytest.param(
            lambda r, c: r.sends(voice={"file_id": "gone", "file_unique_id": "u", "duration": 1}, **c), "没有收到", id="gone"
        ),
    ],
)
async def test_a_file_that_cannot_be_kept_is_said_so_and_the_words_stay(world, send, said, caption):
    send(world.resident, {"caption": caption} if caption else {})
    async with world.running():
        await until(world.state.texts)
        await all_taken(world)
    (sentence,) = world.state.texts()
    assert said in sentence
    assert ("您写的话已经收到" in sentence) == bool(caption)
    assert [(view.kind, view.text) for view in world.heard()] == ([("text", caption)] if caption else [])


async def test_a_download_that_breaks_is_tried_again(world):
    world.state.trouble("file", Trouble("drop"))
    world.state.trouble("getFile", Trouble("rubbish", body=b'{"ok":true,"result":[]}'))
    world.resident.photo(a_photo())
    async with world.running():
        await all_taken(world)
    assert len(world.heard()[0].attachments) == 1


async def test_the_same_update_three_times_is_one_message(world):
    first = world.resident.says("路灯不亮")
    for _ in range(3):
        world.state.again(first)
        async with world.running():
            await all_taken(world)
    world.resident.says("还有井盖")
    async with world.running():
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["路灯不亮", "还有井盖"]


async def test_an_update_is_not_confirmed_before_it_is_committed(world, monkeypatch):
    """Killed between fetching and committing: Telegram still has it, and gives it to the next process."""
    reached = asyncio.Event()
    accept, loop = world.services.conversations.accept, asyncio.get_running_loop()

    def dies(incoming):
        loop.call_soon_threadsafe(reached.set)
        raise Unavailable("database")

    monkeypatch.setattr(world.services.conversations, "accept", dies)
    world.resident.says("一楼漏水")
    async with world.running():
        await asyncio.wait_for(reached.wait(), 5)
    assert world.heard() == []
    assert all(int(call.get("offset") or 0) <= 701_000 for call in world.state.called("getUpdates"))
    monkeypatch.setattr(world.services.conversations, "accept", accept)
    async with world.running():
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["一楼漏水"]


async def test_killed_behind_the_commit_nothing_is_doubled(world, monkeypatch):
    """Killed after committing and before Telegram hears of it: it comes again and is known."""
    world.state.trouble("file", Trouble("slow", seconds=30))
    world.resident.photo(a_photo())
    other = Resident(world.state, NEIGHBOUR)
    other.says("二楼漏水")
    async with world.running():
        await until(lambda: world.heard(NEIGHBOUR) and not world.state.troubles["file"])
    assert len(world.state.updates) == 2
    async with world.running():
        await all_taken(world)
    assert (len(world.heard()), len(world.heard(NEIGHBOUR))) == (1, 1)


async def test_a_slow_file_holds_up_nobody_else(world):
    world.state.trouble("file", Trouble("slow", seconds=4))
    world.resident.photo(a_photo(), caption="先发的照片")
    world.resident.says("后写的话")
    async with world.running():
        await until(lambda: world.state.called("getFile"))
        Resident(world.state, NEIGHBOUR + 1).says("着火了")
        await until(lambda: world.heard(NEIGHBOUR + 1), 4)
        assert world.heard() == []
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["先发的照片", "后写的话"]


async def test_messages_keep_their_order(world):
    words = [f"第{number}句" for number in range(30)]
    for text in words:
        world.resident.says(text)
    async with world.running():
        await all_taken(world)
    assert [view.text for view in world.heard()] == words


async def test_an_edit_is_kept_beside_the_first_words(world):
    first = world.resident.says("三号楼")
    world.resident.edits(first, text="五号楼")
    async with world.running():
        await all_taken(world)
    assert [(view.kind, view.text) for view in world.heard()] == [("text", "三号楼"), ("edit", "五号楼")]


async def test_groups_are_refused_once_and_never_heard(world):
    added_to_group(world.resident)
    for text in ("大家好", "机器人在吗", "说话呀"):
        group_message(world.resident, text)
    channel_post(world.resident, "通知")
    other_bot(world.resident, "hi")
    async with world.running():
        await until(lambda: world.state.texts(GROUP))
        world.resident.says("在吗")
        await until(world.heard)
    assert len(world.state.texts(GROUP)) == 1
    assert "私聊" in world.state.texts(GROUP)[0]
    assert world.heard(GROUP) == []
    assert [view.text for view in world.heard()] == ["在吗"]


async def test_a_sticker_is_answered_politely(world):
    sticker = {"file_id": "s", "file_unique_id": "u", "type": "regular", "width": 9, "height": 9}
    world.resident.sends(sticker=sticker | {"is_animated": False, "is_video": False})
    async with world.running():
        await until(world.state.texts)
    assert "看不懂" in world.state.texts()[0]
    assert world.heard() == []


async def test_an_update_nobody_can_read_holds_up_nobody(world):
    world.state.push(message={"message_id": "?", "chat": 5, "date": "yesterday", "from": []})
    world.state.push(poll_answer={"poll_id": 1}, message=[[[]]])
    world.resident.says("在吗")
    async with world.running():
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["在吗"]


async def test_a_message_that_breaks_us_holds_up_nobody_for_ever(world, monkeypatch):
    accept = world.services.conversations.accept

    def breaks(incoming):
        if "毒" in incoming.text:
            raise ZeroDivisionError
        return accept(incoming)

    monkeypatch.setattr(world.services.conversations, "accept", breaks)
    monkeypatch.setattr("bot.channels.telegram_poll.PAUSES", (0.01,))
    world.resident.says("毒")
    world.resident.says("在吗")
    async with world.running():
        await all_taken(world)
        await until(world.state.texts)
    assert [view.text for view in world.heard()] == ["在吗"]
    assert "没能收下" in world.state.texts()[0]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Trouble("drop"), id="connection dropped"),
        pytest.param(Trouble("rubbish"), id="html of a proxy"),
        pytest.param(Trouble("rubbish", body=b"[]"), id="json of another kind"),
        pytest.param(Trouble("rubbish", body=b'{"ok":true,"result":"?"}'), id="result of another kind"),
        pytest.param(Trouble("rubbish", body=b'{"ok":true,"result":[1,null,{},{"update_id":"7"}]}'), id="no updates"),
        pytest.param(Trouble("refuse", refusal=Refusal(502, "Bad Gateway")), id="502"),
        pytest.param(Trouble("refuse", refusal=Refusal(429, "Too Many Requests: retry after 1", retry_after=1)), id="429"),
        pytest.param(Trouble("refuse", refusal=Refusal(409, "Conflict: terminated by other getUpdates request")), id="409"),
    ],
)
@pytest.mark.parametrize("method", ["getMe", "getUpdates"])
async def test_telegram_in_trouble_is_asked_again(world, method, trouble):
    world.state.trouble(method, trouble)
    world.resident.says("在吗")
    async with world.running():
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["在吗"]


async def test_the_service_starts_while_telegram_is_away_and_while_it_comes_back(world, capfd):
    world.server.stop()
    async with world.running():
        await asyncio.sleep(0.3)
        world.resident.says("在吗")
        world.server.start()
        await all_taken(world)
        world.server.stop()
        await asyncio.sleep(0.3)
        world.server.start()
        world.resident.says("还在吗")
        await all_taken(world)
    assert [view.text for view in world.heard()] == ["在吗", "还在吗"]


async def test_a_webhook_left_over_is_taken_down(world):
    world.state.webhook = {"url": "https://old.example/telegram/webhook"}
    world.resident.says("在吗")
    async with world.running():
        await all_taken(world)
    assert world.state.webhook == {}
    assert [item["command"] for item in world.state.commands] == ["start", "help", "cases", "human"]


async def test_nothing_said_and_no_token_stands_in_any_log(world, capfd, caplog):
    caplog.set_level("DEBUG")
    world.state.trouble("getUpdates", Trouble("rubbish", body=b'{"ok":true,"result":[{"text":"MIMI'), Trouble("drop"))
    world.state.push(message={"message_id": "x", "text": "MIMI"})
    world.resident.says("MIMI")
    async with world.running():
        await all_taken(world)
    written = "".join(capfd.readouterr()) + caplog.text
    assert "MIMI" not in written
    assert world.state.token.partition(":")[2] not in written
    assert str(world.resident.chat) not in written
