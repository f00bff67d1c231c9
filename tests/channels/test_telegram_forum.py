"""Staff on Telegram: a topic a conversation, words only there, the same state as at the desk, topics made again."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.channels.telegram_forum import pieces
from tests.botapi.state import FORUMS
from tests.botapi.updates import StaffMember
from tests.builders import incoming
from tests.channels.telegram_world import TelegramWorld, a_server, shared_services, until

GROUP = min(FORUMS)
TELEGRAM_ID = 880_001


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    yield from shared_services(tmp_path_factory.mktemp("forum"))


@pytest.fixture(scope="module")
def server():
    yield from a_server()


@pytest_asyncio.fixture
async def world(kept, server, request):
    """The channel with a staff group, one resident who waits, one person of the staff."""
    world = TelegramWorld(kept, server, telegram_staff_group=GROUP)
    world.state.chats.add(GROUP)
    world.number = TELEGRAM_ID + world.resident.chat
    world.wang = kept.staff.add(f"w{world.resident.chat}", "王芳", "agent", "correct horse battery")
    kept.presence.set_profile(world.wang.id, world.wang, capacity=50, telegram_id=world.number, skills=())
    world.person = StaffMember(world.state, world.number)
    address = f"forum-{world.resident.chat}"
    world.conversation = kept.conversations.accept(incoming("楼道的灯坏了", address=address)).conversation_id
    world.address = address
    kept.handoff.request(world.conversation, "asked")
    async with world.running():
        yield world
    for view in [*kept.handoff.queue(), *kept.handoff.mine(world.wang)]:
        kept.handoff.claim(view.id, world.wang)
        kept.handoff.close(view.id, world.wang)


def threads(world):
    """Topics of our conversation; others of the module's database may have some too."""
    name = world.services.handoff.get(world.conversation).resident_name
    return [thread for (chat, thread), topic in world.state.topics.items() if chat == GROUP and name in topic["name"]]


def in_topic(world, thread):
    return [m["text"] for m in world.state.messages.values() if m.get("message_thread_id") == thread]


def in_general(world):
    return [m["text"] for (chat, _), m in world.state.messages.items() if chat == GROUP and "message_thread_id" not in m]


async def topic_of(world):
    await until(lambda: threads(world) and any("楼道的灯坏了" in text for text in in_topic(world, threads(world)[-1])))
    return threads(world)[-1]


def name_of(world, thread):
    return world.state.topics[GROUP, thread]["name"]


@pytest.mark.asyncio
async def test_who_waits_has_a_topic_with_what_was_said(world):
    thread = await topic_of(world)
    assert "等人接" in name_of(world, thread)
    assert in_general(world) == []


@pytest.mark.asyncio
async def test_taking_replying_noting_and_closing_in_the_topic_are_the_same_as_at_the_desk(world):
    thread, handoff = await topic_of(world), world.services.handoff
    world.person.writes("您好", thread)
    await until(lambda: any("请先接管" in text for text in in_topic(world, thread)))
    world.person.writes("/take", thread)
    await until(lambda: handoff.get(world.conversation).owner == world.wang.owner)
    world.person.writes("您好，我是小王", thread)
    world.person.writes("// 上周也来过", thread)
    told = world.services.conversations.transcript
    await until(lambda: "上周也来过" in [view.text for view in told(world.conversation, for_staff=True)])
    seen = [view.text for view in told(world.conversation)]
    assert "您好，我是小王" in seen
    assert "上周也来过" not in seen
    await until(lambda: "王芳" in name_of(world, thread))
    world.person.writes("/close", thread)
    await until(lambda: world.state.topics[GROUP, thread]["closed"])
    assert handoff.get(world.conversation).owner == "closed"
    assert not any("您好，我是小王" in text for text in in_topic(world, thread))  # not told where it was written


@pytest.mark.asyncio
async def test_what_is_said_at_the_desk_and_by_the_resident_stands_in_the_topic(world):
    thread, handoff = await topic_of(world), world.services.handoff
    handoff.claim(world.conversation, world.wang)
    handoff.reply(world.conversation, world.wang, "马上派人去看", client_id="desk-1")
    world.services.conversations.accept(incoming("好的谢谢", address=world.address))
    await until(lambda: any("好的谢谢" in text for text in in_topic(world, thread)))
    assert any("王芳：马上派人去看" in text for text in in_topic(world, thread))


@pytest.mark.parametrize("misplaces", [False, True], ids=["refused", "silently put elsewhere"])
@pytest.mark.asyncio
async def test_a_deleted_topic_is_made_again_and_nothing_falls_into_general(world, misplaces):
    thread = await topic_of(world)
    world.state.misplaces = misplaces
    del world.state.topics[GROUP, thread]
    world.services.conversations.accept(incoming("还有人吗", address=world.address))
    await until(lambda: threads(world) and any("还有人吗" in text for text in in_topic(world, threads(world)[-1])))
    again = threads(world)[-1]
    assert again != thread
    assert any("楼道的灯坏了" in text for text in in_topic(world, again))  # with what was said before
    assert in_general(world) == []


@pytest.mark.asyncio
async def test_a_closed_topic_opens_with_the_next_call(world):
    thread, handoff = await topic_of(world), world.services.handoff
    handoff.claim(world.conversation, world.wang)
    handoff.close(world.conversation, world.wang)
    await until(lambda: world.state.topics[GROUP, thread]["closed"])
    world.services.conversations.accept(incoming("灯又坏了", address=world.address))
    handoff.request(world.conversation, "asked")
    await until(lambda: any("灯又坏了" in text for text in in_topic(world, thread)))
    assert not world.state.topics[GROUP, thread]["closed"]
    assert threads(world) == [thread]


@pytest.mark.asyncio
async def test_a_case_is_filed_and_the_conversation_passed_on(world):
    thread, handoff = await topic_of(world), world.services.handoff
    world.person.writes("/take", thread)
    world.person.writes("/case 楼道的灯坏了，需要换", thread)
    await until(lambda: any("已登记，编号" in text for text in in_topic(world, thread)))
    world.person.writes("/transfer 物业", thread)
    await until(lambda: handoff.get(world.conversation).owner == "queued")


@pytest.mark.asyncio
async def test_strangers_and_general_move_nothing(world):
    thread = await topic_of(world)
    stranger = StaffMember(world.state, 999)
    stranger.writes("/take", thread)
    await until(lambda: any("还不认识您" in text and "999" in text for text in in_topic(world, thread)))
    world.person.writes("中午吃什么", None)
    world.person.writes("/help", thread)
    await until(lambda: any("/transfer" in text for text in in_topic(world, thread)[1:]))
    assert world.services.handoff.get(world.conversation).owner == "queued"
    assert in_general(world) == []


@pytest.mark.parametrize(
    ("lines", "sizes"), [([], []), (["a", "b"], [3]), (["x" * 4000], [1900, 1900, 200]), (["x" * 1800, "y" * 300], [1800, 300])]
)
def test_lines_are_put_together_as_far_as_telegram_takes_them(lines, sizes):
    assert [len(piece) for piece in pieces(lines)] == sizes
