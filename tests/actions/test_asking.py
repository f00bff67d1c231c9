"""A question of the category below the card: answered, left alone, or telling of danger; real services."""

from __future__ import annotations

import pytest

from bot.app import Services
from tests.actions.talk import Talk

LIFT = "阳光小区3号楼电梯坏了，不留电话"
CARD = "action_ask_case_form_case_confirm"


def asked_about_the_lift(services: Services) -> Talk:
    talk = Talk(services).say(LIFT, "report_problem")
    assert talk.asked == "case_confirm"
    assert talk.run(CARD).said == ["utter_case_card_no_phone", "utter_case_question"]
    assert talk.facts["question"] == "电梯里有人吗？"
    assert [button["title"] for button in talk.facts["buttons"]] == ["有人", "没人", "不知道"]
    return talk


@pytest.mark.parametrize(
    ("answer", "intent", "choice"),
    [
        pytest.param("没人", "deny", "q1", id="a button"),
        pytest.param("没有", "deny", None, id="no"),
        pytest.param("里面没有人", "nlu_fallback", None, id="in words"),
        pytest.param("没人", "talk_to_human", None, id="taken for a wish for a person"),
        pytest.param("没人在里面", "emergency", None, id="taken for danger"),
    ],
)
def test_an_answer_goes_onto_the_card_and_into_the_case(
    services: Services, answer: str, intent: str, choice: str | None
) -> None:
    talk = asked_about_the_lift(services).say(answer, intent, choice=choice)
    assert talk.asked == "case_confirm"
    assert talk.run(CARD).said == ["utter_case_card_no_phone"]
    assert "电梯里有人吗？没人" in talk.facts["description"]
    talk.say("对", "affirm").run("action_file_case")
    case = services.cases.get(talk.facts["number"])
    assert case.answers == (("电梯里有人吗？", "没人"),)
    assert case.description == LIFT


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        pytest.param("提交", "affirm", id="send it"),
        pytest.param("对", "affirm", id="yes to the card"),
        pytest.param("好的没问题", "affirm", id="no problem"),
    ],
)
def test_a_question_keeps_nobody_from_the_end(services: Services, said: str, intent: str) -> None:
    talk = asked_about_the_lift(services).say(said, intent).run("action_file_case")
    assert talk.did == ["file_case"]
    assert services.cases.get(talk.facts["number"]).answers == ()


def test_what_is_no_answer_is_heard_as_ever_and_the_question_does_not_come_again(services: Services) -> None:
    talk = asked_about_the_lift(services).say("我电话13800138000", "give_contact")
    assert talk.run(CARD).said == ["utter_case_card_phone"]


def test_a_button_of_a_question_that_is_over_shows_the_card(services: Services) -> None:
    talk = asked_about_the_lift(services).say("没人", "deny", choice="q1").say("有人", "deny", choice="q0")
    assert talk.asked == "case_confirm"
    assert talk.slots["case_draft"]["answers"] == [["电梯里有人吗？", "没人"]]


@pytest.mark.parametrize(("said", "choice"), [("有人", "q0"), ("有", None), ("里面有个老人", None)])
def test_an_answer_that_tells_of_danger_brings_a_person(services: Services, said: str, choice: str | None) -> None:
    talk = asked_about_the_lift(services).say(said, "deny", choice=choice)
    assert talk.asked is None
    talk.run("action_file_case")
    assert (talk.said, talk.did) == (["utter_told_danger"], ["emergency_alarm"])
    assert "报警铃" in talk.facts["advice"]
    assert [view.id for view in services.handoff.queue()] == [talk.conversation]
    assert services.cases.search() == []
    assert talk.slots["case_draft"]["parked"]


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        pytest.param("阳光小区3号楼电梯坏了，里面没人，不留电话", "report_problem", id="told already"),
        pytest.param("阳光小区3号楼着火了，不留电话", "report_problem", id="danger is not asked about"),
        pytest.param("两个事：阳光小区3号楼电梯坏了，另外阳光小区5号楼路灯不亮，不留电话", "report_problem", id="two matters"),
        pytest.param("阳光小区3号楼邻居吵架想调解，不留电话", "report_dispute", id="a dispute"),
    ],
)
def test_often_nothing_is_asked(services: Services, said: str, intent: str) -> None:
    talk = Talk(services).say(said, intent).run(CARD)
    assert "utter_case_question" not in talk.said
