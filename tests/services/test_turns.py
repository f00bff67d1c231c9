"""The bot's turn: exactly once through crashes, never over a person's head, honest when Rasa is down."""

from __future__ import annotations

import pytest

from bot.safety.redact import LABELS
from bot.services.views import Utterance
from tests.builders import a_staff, incoming, process, said, write
from tests.fakes import FakeBotEngine


def test_a_reply_written_for_a_former_owner_is_never_sent(both_services):
    conversation = write(both_services, "停水了")

    class Slow(FakeBotEngine):
        def reply(self, *args, **kwargs):
            both_services.handoff.claim(conversation, a_staff(both_services))
            return super().reply(*args, **kwargs)

    both_services.turns.engine = Slow()
    process(both_services)
    assert "听到：停水了" not in said(both_services, conversation)


def test_a_hand_over_by_this_very_turn_lets_its_own_answer_through(both_services):
    conversation = write(both_services, "转人工")

    class HandsOver(FakeBotEngine):
        def reply(self, conversation_id, text, metadata, *, again):
            both_services.handoff.request(conversation_id, "asked", inbox_id=metadata["inbox_id"])
            return [Utterance("您刚才填的内容已经保存。")]

    both_services.turns.engine = HandsOver()
    process(both_services)
    assert "您刚才填的内容已经保存。" in said(both_services, conversation)
    assert both_services.handoff.get(conversation).owner == "queued"


def test_a_turn_cut_off_by_a_crash_is_taken_again_as_a_second_try(both_services):
    conversation = write(both_services, "路灯坏了")

    class Dies(FakeBotEngine):
        def reply(self, *args, **kwargs):
            raise KeyboardInterrupt

    engine, both_services.turns.engine = both_services.engine, Dies()
    with pytest.raises(KeyboardInterrupt):
        both_services.turns.run(conversation)
    both_services.turns.engine = engine
    both_services.turns.holder = "another process"
    process(both_services)
    assert said(both_services, conversation) == []  # the dead process still holds the lease
    both_services.clock.move(seconds=60)
    process(both_services)
    assert said(both_services, conversation) == ["听到：路灯坏了"]
    assert engine.again == [True]


def test_two_processes_never_answer_the_same_message_twice(both_services):
    conversation = write(both_services, "路灯坏了")
    other = type(both_services.turns)(
        both_services.database, both_services.engine, both_services.handoff, both_services.texts, both_services.clock,
        both_services.wakeups, lease=22, patience=600,
    )  # fmt: skip

    class Late(FakeBotEngine):
        def reply(self, *args, **kwargs):
            both_services.clock.move(seconds=60)  # our lease has run out meanwhile
            other.run(conversation)
            return super().reply(*args, **kwargs)

    both_services.turns.engine = Late()
    process(both_services)
    assert said(both_services, conversation) == ["听到：路灯坏了"]


def test_a_rasa_that_is_down_is_said_once_and_answered_when_it_is_back(both_services):
    conversation = write(both_services, "路灯坏了")
    both_services.engine.down = True
    for _ in range(4):
        process(both_services)
        both_services.clock.move(seconds=20)
    assert len(said(both_services, conversation)) == 1
    assert "不用重发" in said(both_services, conversation)[0]
    both_services.engine.down = False
    process(both_services)
    assert said(both_services, conversation)[1:] == ["听到：路灯坏了"]


def press(services, conversation, title):
    buttons = {name: key for view in services.conversations.transcript(conversation) for key, name in view.buttons}
    services.conversations.accept(incoming("", kind="button", button=buttons[title]))


def test_a_message_can_be_left_while_rasa_is_down(both_services):
    both_services.engine.down = True
    conversation = write(both_services, "三号楼电梯坏了，我电话13871204459")
    write(both_services, "老人下不了楼")
    process(both_services)
    press(both_services, conversation, "留言给工作人员")
    resident = both_services.handoff.get(conversation).resident_id
    [case] = both_services.cases.of_resident(resident)
    assert case.number in said(both_services, conversation)[-1]
    assert both_services.cases.original(case.number)["description"] == "三号楼电梯坏了，我电话13871204459\n老人下不了楼"
    both_services.engine.down = False
    process(both_services)
    assert both_services.engine.heard == []  # it is with the staff now; the bot does not answer it as well


@pytest.mark.parametrize("way", ["button", "words"])
def test_a_person_can_be_asked_for_while_rasa_is_down(services, way):
    services.engine.down = True
    conversation = write(services, "停水了")
    process(services)
    if way == "button":
        press(services, conversation, "转人工")
    else:
        write(services, "转人工")
    assert services.handoff.get(conversation).owner == "queued"


def test_after_long_patience_a_person_gets_what_the_bot_could_not_hear(services):
    services.engine.down = True
    conversation = write(services, "停水了")
    process(services)
    services.clock.move(minutes=11)
    process(services)
    assert services.handoff.get(conversation).queue_reason == "engine_down"


@pytest.mark.parametrize(
    ("bot", "read"),
    [
        ("地点：阳光小区3号楼〔门牌〕", "地点：阳光小区3号楼（门牌已记下，不显示）"),
        ("请打〔电话〕找〔姓名〕", "请打（电话已记下，不显示）找（姓名已记下，不显示）"),
        ("地点：阳光小区3号楼", "地点：阳光小区3号楼"),
    ],
)
def test_marks_for_masked_data_are_put_plainly(services, bot, read):
    conversation = write(services, "路灯坏了")

    class Speaks(FakeBotEngine):
        def reply(self, *args, **kwargs):
            return [Utterance(bot)]

    services.turns.engine = Speaks()
    process(services)
    assert said(services, conversation) == [read]


def test_every_mark_has_its_plain_words(services):
    assert [kind for kind in LABELS if not services.turns.texts.has(f"masked_{kind}")] == []
