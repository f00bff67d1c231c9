"""有用 and 没用 below an answer: kept with it, thanked for, and never in the way of anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.views import Source, Utterance
from knowledge.answering import Answer, Citation
from tests.builders import a_staff, process, said, write
from tests.fakes import FakeBotEngine

QUESTION = "居住证要带什么"
CITED = Citation("permit.md", "申请材料", "身份证。", "0a1b2c", "居住证", None, None, "全国", None)
ANSWER = Answer("answered", "身份证。", 0.9, (CITED,), (), (), "", 1.0)
WHY = {"答非所问": "off_topic", "看不懂": "unclear", "过时了": "outdated", "不是我这里的": "elsewhere"}
SOURCE = Source("居住证", "申请材料", "身份证。", "0a1b2c")


class AsksPolicies(FakeBotEngine):
    """Takes every message for a policy question; `behind` is said after the answer."""

    behind: tuple[Utterance, ...] = ()

    def reply(self, conversation_id, text, metadata, *, again):
        answer = self.services.policies.ask(conversation_id, text, inbox_id=metadata["inbox_id"])
        sources = (SOURCE,) if answer.status == "answered" else ()
        return [Utterance(answer.text or "没有写。", sources=sources, did=("answer",)), *self.behind]


@pytest.fixture
def world(both_services):
    both_services.turns.engine = AsksPolicies()
    both_services.turns.engine.services = both_services
    both_services.knowledge.answers[QUESTION] = ANSWER
    return both_services


def asked(world, question=QUESTION, **more):
    conversation = write(world, question, **more)
    process(world)
    return conversation


def buttons(world, conversation):
    """Titles and ids below the last thing said."""
    last = [line for line in world.conversations.transcript(conversation, for_staff=True) if line.sender != "resident"][-1]
    return {title: ident for ident, title in last.buttons}


def kept(world, conversation):
    with world.database.reading() as work:
        return [row.feedback for row in work.messages.answers_of(world.handoff.get(conversation).resident_id)]


def press(world, ident, **more):
    return write(world, "", kind="button", button=ident, **more)


@pytest.mark.parametrize(
    ("title", "feedback", "sentence"), [("有用", "useful", "谢谢您，知道了。"), ("没用", "useless", "对不起，没帮上忙，")]
)
@pytest.mark.parametrize("channel", ["web", "telegram"])
def test_what_is_pressed_is_kept_and_thanked_for(world, channel, title, feedback, sentence):
    conversation = asked(world, channel=channel)
    press(world, buttons(world, conversation)[title], channel=channel)
    assert kept(world, conversation) == [feedback]
    with world.database.reading() as work:
        assert work.messages.outbox_after(conversation, 0, 50)[-1].text.startswith(sentence)
    assert list(buttons(world, conversation)) == ([*WHY, "转人工"] if feedback == "useless" else [])


def why(world, conversation):
    with world.database.reading() as work:
        return [row.feedback_reason for row in work.messages.answers_of(world.handoff.get(conversation).resident_id)]


@pytest.mark.parametrize(("title", "reason"), list(WHY.items()))
@pytest.mark.parametrize("channel", ["web", "telegram"])
def test_why_it_was_no_use_is_one_press_more(world, channel, title, reason):
    conversation = asked(world, channel=channel)
    press(world, buttons(world, conversation)["没用"], channel=channel)
    press(world, buttons(world, conversation)[title], channel=channel)
    assert (kept(world, conversation), why(world, conversation)) == (["useless"], [reason])
    assert list(buttons(world, conversation)) == ["转人工"]


def test_who_changes_their_mind_has_no_reason_any_more(world):
    conversation = asked(world)
    both = buttons(world, conversation)
    press(world, both["没用"])
    reasons = buttons(world, conversation)
    press(world, reasons["看不懂"])
    press(world, both["有用"])
    press(world, reasons["过时了"])  # an old button
    assert (kept(world, conversation), why(world, conversation)) == (["useful"], [None])


def test_another_residents_reason_is_not_kept(world):
    conversation = asked(world)
    press(world, buttons(world, conversation)["没用"])
    press(world, buttons(world, conversation)["过时了"], address="wang")
    assert why(world, conversation) == [None]


def test_of_two_presses_the_later_counts(world):
    conversation = asked(world)
    both = buttons(world, conversation)
    press(world, both["没用"])
    press(world, both["有用"])
    assert kept(world, conversation) == ["useful"]


def test_each_answer_has_its_own_buttons(world):
    conversation = asked(world)
    first = buttons(world, conversation)
    asked(world)
    press(world, first["没用"])
    assert kept(world, conversation) == [None, "useless"]  # newest first


def test_another_residents_buttons_do_nothing(world):
    conversation = asked(world)
    press(world, buttons(world, conversation)["没用"], address="wang")
    assert kept(world, conversation) == [None]


def test_what_is_no_answer_or_asks_on_has_no_such_buttons(world):
    assert buttons(world, asked(world, "今天股市怎么样")) == {}
    world.turns.engine.behind = (Utterance("您的地址是？"),)
    assert buttons(world, asked(world, address="wang")) == {}


def test_a_press_while_a_person_talks_is_kept_in_silence(world):
    conversation = asked(world)
    ident = buttons(world, conversation)["没用"]
    world.handoff.request(conversation, "asked")
    world.handoff.claim(conversation, a_staff(world))
    before = said(world, conversation)
    press(world, ident)
    assert kept(world, conversation) == ["useless"] and said(world, conversation) == before


def test_an_answer_of_another_kind_keeps_its_own_buttons(world):
    world.knowledge.answers["哪里"] = replace(ANSWER, status="clarify", citations=())
    assert buttons(world, asked(world, "哪里")) == {}
