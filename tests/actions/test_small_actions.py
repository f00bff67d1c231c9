"""Actions outside forms, with real services: policy, a person, danger, not understood, wishes kept as a message."""

from __future__ import annotations

import pytest

from actions.base import carried
from bot.app import Services
from knowledge.answering import Answer, Citation, Ranked
from tests.actions.talk import Talk

CITED = Citation(
    "a.md", "第六条", "满六个月可以申领", "v1", "居住证暂行条例", "国务院令第663号", "国务院", "全国", "2016-01-01",
)  # fmt: skip


def answer(status: str, text: str = "", **more: object) -> Answer:
    facts = {"confidence": 0.9, "citations": (), "ranked": (), "choices": (), "reason": "", "ms": 1.0}
    return Answer(status, text, **{**facts, **more})


def talk(services: Services, text: str, intent: str, action: str, **more: object) -> Talk:
    """One message outside any form, heard by one action."""
    return Talk(services, form="no_form").write(text, intent, **more).run(action)


def test_a_policy_is_quoted_with_its_source(services: Services) -> None:
    services.knowledge.answers["居住证怎么办"] = answer("answered", "《居住证暂行条例》规定：…", citations=(CITED,))
    said = talk(services, "居住证怎么办", "ask_policy", "action_answer_policy")
    assert (said.said, said.did) == (["utter_policy_answer"], ["answer"])
    [source] = said.facts["custom"]["sources"]
    assert (source["title"], source["version"], source["quote"]) == ("居住证暂行条例", "v1", "满六个月可以申领")


def test_the_region_is_asked_by_buttons_and_the_question_answered_then(services: Services) -> None:
    services.knowledge.answers["高龄津贴多少钱"] = answer("clarify", choices=("上海", "广东"))
    said = talk(services, "高龄津贴多少钱", "ask_policy", "action_answer_policy")
    assert [button["title"] for button in said.facts["buttons"]] == ["上海", "广东"]
    assert said.facts["custom"]["asked"] == "region"
    services.knowledge.answers["高龄津贴多少钱"] = answer("answered", "上海的规定…", citations=(CITED,))
    said.message = {**said.message, "text": "/ask_policy", "entities": [{"entity": "choice", "value": "上海"}]}
    assert said.run("action_answer_policy").said == ["utter_policy_answer"]


def test_without_an_answer_the_nearest_titles_are_named_and_nothing_is_claimed(services: Services) -> None:
    ranked = (Ranked("a", "第一条", 0.4, "养犬管理条例", "v"), Ranked("a", "第二条", 0.3, "养犬管理条例", "w"))
    services.knowledge.answers["狗多少钱一只"] = answer("abstained", ranked=ranked)
    said = talk(services, "狗多少钱一只", "ask_policy", "action_answer_policy")
    assert (said.said, said.facts["titles"], said.did) == (["utter_policy_near"], "《养犬管理条例》", [])


def test_who_asks_for_a_person_is_queued_at_once(services: Services) -> None:
    said = talk(services, "转人工", "talk_to_human", "action_hand_over")
    assert said.said == ["utter_person_comes"]
    assert [view.queue_reason for view in services.handoff.queue()] == ["asked"]


@pytest.mark.parametrize(
    ("intent", "confidence", "response", "queued"),
    [
        ("emergency", 0.9, "utter_emergency", 1),
        ("self_harm", 0.9, "utter_self_harm", 1),
        pytest.param("self_harm", 0.4, "utter_is_there_danger", 0, id="unsure: ask, with the numbers"),
    ],
)
def test_danger_seen_by_rasa_alone(services: Services, intent: str, confidence: float, response: str, queued: int) -> None:
    said = talk(services, "这边不太对劲", intent, "action_emergency", confidence=confidence)
    assert said.said == [response]
    assert len(services.handoff.queue()) == queued


def test_not_understood_is_rephrased_then_a_person_is_offered_then_one_comes(services: Services) -> None:
    said, heard = talk(services, "哔哔哔", "nlu_fallback", "action_default_fallback"), []
    for _ in range(3):
        said.events.append({"event": "user"})
        said.run("action_default_fallback")
        heard += said.said
        said.events += [{"event": "bot", "metadata": {"utter_action": said.said[0]}}]
    assert heard == ["utter_rephrase", "utter_offer_person", "utter_person_since_lost"]
    assert [view.queue_reason for view in services.handoff.queue()] == ["not_understood"]


@pytest.mark.parametrize(
    ("text", "intent", "action", "follows"),
    [
        pytest.param("[图片]", "nlu_fallback", "action_default_fallback", "case_form", id="a photo first"),
        pytest.param("尾号0042", "nlu_fallback", "action_default_fallback", "progress_form", id="a number by itself"),
        pytest.param("你好 我想投诉", "greet", "action_small_talk", "case_form", id="a greeting with a wish"),
        pytest.param("长江路12号", "give_location", "action_take_place", "case_form", id="a place first"),
        pytest.param("13800138000", "give_contact", "action_take_contact", "case_form", id="a number first"),
    ],
)
def test_what_opens_a_matter_starts_its_form(services: Services, text: str, intent: str, action: str, follows: str) -> None:
    said = talk(services, text, intent, action)
    assert [event["name"] for event in said.happened if event["event"] == "followup"] == [follows]


def test_a_yes_after_a_person_was_offered_brings_one(services: Services) -> None:
    said = Talk(services, form="no_form")
    said.events = [{"event": "bot", "metadata": {"utter_action": "utter_offer_person"}}]
    said.write("好的", "affirm").run("action_affirm")
    assert len(services.handoff.queue()) == 1


def test_a_wish_without_a_skill_is_kept_as_a_message(services: Services) -> None:
    said = talk(services, "别再给我发通知了", "stop_notifications", "action_keep_message")
    assert said.said == ["utter_kept_stop_notifications"]
    assert services.cases.get(said.facts["number"]).kind == "message"


def test_a_bug_is_never_silence(services: Services) -> None:
    services.knowledge.answers["居住证怎么办"] = object()
    said = talk(services, "居住证怎么办", "ask_policy", "action_answer_policy")
    assert said.said == ["utter_error_unexpected"]


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (None, None),
        ({"description": "", "location": ""}, None),
        ({"description": "路灯不亮", "location": "阳光小区", "said": ["x"]}, {"事情": "路灯不亮", "地点": "阳光小区"}),
    ],
)
def test_what_a_person_is_told_of_an_open_form(draft, told):
    assert carried(draft) == told
