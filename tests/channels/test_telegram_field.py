"""A grid worker with a telephone: list, sign, contact, photos, ask, return, finish; against the Bot API server on localhost."""

from __future__ import annotations

import io

import pytest
import pytest_asyncio
from PIL import Image

from bot.cases.scope import Scope
from bot.cases.status import EventKind
from tests.botapi.updates import Resident
from tests.builders import a_report, incoming
from tests.channels.telegram_world import TelegramWorld, a_photo, a_server, shared_services, until

#: 路灯故障 in 阳光小区 goes to this unit.
UNIT = "U-CG"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    yield from shared_services(tmp_path_factory.mktemp("field"))


@pytest.fixture(scope="module")
def server():
    yield from a_server()


@pytest_asyncio.fixture
async def world(kept, server):
    """The channel with one worker of the unit and one case of a resident."""
    world = TelegramWorld(kept, server)
    world.worker = Resident(world.state, 990_000 + world.resident.chat)
    account = kept.staff.add(f"g{world.worker.chat}", "刘网格", "handler", "correct horse battery")
    kept.staff.set_role(
        account.id,
        "handler",
        [("unit", UNIT)],
        kept.staff.add(f"b{world.worker.chat}", "管理员", "admin", "correct horse battery"),
    )
    kept.presence.set_profile(account.id, account, capacity=5, telegram_id=world.worker.chat, skills=())
    world.conversation = kept.conversations.accept(incoming("提交", address=f"r{world.worker.chat}")).conversation_id
    report = a_report(contact="13871204459", description=f"路灯不亮三天了，编{world.worker.chat}")
    world.number = kept.cases.file(world.conversation, report, inbox_id=None).number
    async with world.running():
        yield world


def told(world):
    """What the worker has been told, oldest first."""
    return [message for (chat, _), message in sorted(world.state.messages.items()) if chat == world.worker.chat]


async def hears(world, part):
    """The next message to the worker that has `part` in it."""
    await until(lambda: any(part in message["text"] for message in told(world)))
    return [message for message in told(world) if part in message["text"]][-1]


def press(world, message, key):
    world.worker.presses(message, f"f:{key}:{world.number}")


def buttons(message):
    return [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]


async def asked(world, key, part):
    """Press a button that asks for something; the question."""
    world.worker.says(world.number)
    press(world, await hears(world, "地点"), key)
    return await hears(world, part)


async def in_status(world, status):
    await until(lambda: world.services.cases.get(world.number).status == status)


@pytest.mark.asyncio
async def test_the_list_leads_to_a_card_and_the_card_to_signing(world):
    world.worker.says("清单")
    listed = await hears(world, "最急的")
    assert any("路灯故障" in title for title in buttons(listed))
    press(world, listed, "open")
    card = await hears(world, world.number)
    assert "签收" in buttons(card)
    assert "13871204459" not in card["text"]
    press(world, card, "signed")
    await in_status(world, "signed")
    after = await hears(world, f"{world.number} 现在：")
    assert {"联系过了", "办前照片", "办完了"} <= set(buttons(after))
    press(world, after, "contacted")
    await until(lambda: "contacted" in [e.kind for e in world.services.cases.get(world.number).events])


@pytest.mark.asyncio
async def test_the_resident_is_asked_and_answers(world):
    world.services.cases.move(world.number, EventKind.SIGNED, world.services.field_work.worker(world.worker.chat))
    question = await asked(world, "asked", "补充什么")
    world.worker.says("是哪一盏？请拍张照片", reply_to_message=question)
    await in_status(world, "waiting")
    said = [view.text for view in world.services.conversations.transcript(world.conversation)]
    assert any("是哪一盏" in text for text in said)


@pytest.mark.asyncio
async def test_a_photo_before_and_one_after_stay_with_the_case(world):
    world.services.cases.move(world.number, EventKind.SIGNED, world.services.field_work.worker(world.worker.chat))
    for key, part in (("before", "办之前"), ("after", "办好之后")):
        question = await asked(world, key, part)
        world.worker.sends(reply_to_message=question, **_photo(world, key))
        await until(lambda phase=key: phase in phases(world))
    with world.services.database.reading() as work:
        case = work.cases.by_number(world.number)
        assert [photo.phase for photo in work.cases.photos(case.id)] == ["before", "after"]
    assert world.services.cases.differences(world.number) == []


def phases(world):
    with world.services.database.reading() as work:
        return [photo.phase for photo in work.cases.photos(work.cases.by_number(world.number).id)]


def _photo(world, key):
    out = io.BytesIO()
    Image.open(io.BytesIO(a_photo(64 if key == "before" else 80))).save(out, "JPEG")
    ident = world.worker.file(out.getvalue(), f"photos/{key}.jpg")
    return {"photo": [{"file_id": ident, "file_unique_id": f"u{ident}", "width": 64, "height": 48, "file_size": 900}]}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "answer", "status"),
    [
        pytest.param("已处理", "答复还缺", "signed", id="nothing said of what, when, who"),
        pytest.param("11月24日上午电工李师傅换了灯泡，灯已亮", "现在：已答复，等", "answered", id="all three"),
    ],
)
async def test_finishing_wants_what_when_and_who(world, words, answer, status):
    world.services.cases.move(world.number, EventKind.SIGNED, world.services.field_work.worker(world.worker.chat))
    question = await asked(world, "answered", "做了什么")
    world.worker.says(words, reply_to_message=question)
    await hears(world, answer)
    assert world.services.cases.get(world.number).status == status


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "answer", "status"),
    [
        ("不归我们", "退单要写三样", "assigned"), ("不归我们；3.2；月亮管理处", "没有叫", "assigned"),
        ("不归我们；3.2；安和区供电公司", "", "filed"),
    ],
)  # fmt: skip
async def test_a_return_needs_reason_clause_and_unit(world, words, answer, status):
    question = await asked(world, "returned", "应该归哪个单位")
    world.worker.says(words, reply_to_message=question)
    if answer:
        await hears(world, answer)
    await in_status(world, status)


@pytest.mark.asyncio
async def test_another_units_case_is_no_case_and_residents_stay_residents(world):
    other = world.services.field_work.worker(world.worker.chat)
    assert other.scope == Scope(units=frozenset({UNIT}))
    report = a_report(description="家里停水了", location="阳光小区3号楼", category_code="0103")
    strange = world.services.cases.file(world.conversation, report, inbox_id=None).number
    world.worker.says(strange)
    await hears(world, "没有查到")
    world.resident.says("清单")
    await until(world.heard)
    assert [view.text for view in world.heard()] == ["清单"]
