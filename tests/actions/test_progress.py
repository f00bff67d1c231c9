"""Cases filed earlier, with real services: which one, what else is needed, what is done, and never somebody else's."""

from __future__ import annotations

import pytest

from bot.app import Services
from bot.cases.status import EventKind
from tests.actions.talk import Talk
from tests.builders import a_report, a_staff, write

NUMBER, WORDS, GRADE, CONFIRM = (f"progress_{name}" for name in ("number", "words", "grade", "confirm"))


def filed(services: Services, *descriptions: str, address: str = "li") -> list[str]:
    """The numbers of cases this resident has filed."""
    conversation = write(services, address=address)
    return [services.cases.file(conversation, a_report(description=text), inbox_id=None).number for text in descriptions]


def answered(services: Services, number: str, login: str = "zhao") -> None:
    """Let the unit answer a case."""
    staff = a_staff(services, login, "supervisor")
    for event, text in ((EventKind.SIGNED, ""), (EventKind.ANSWERED, "11月23日已派人修好并现场确认")):
        services.cases.move(number, event, staff, text)


def errand(services: Services, text: str, intent: str, **more: object) -> Talk:
    return Talk(services, "progress_form").say(text, intent, **more)


@pytest.mark.parametrize(
    ("text", "intent", "asked"),
    [
        pytest.param("查一下进度", "check_case", None, id="the only case there is"),
        pytest.param("给我催催", "urge_case", None, id="urging needs nothing more"),
        pytest.param("再补充一点", "supplement_case", WORDS, id="what to add"),
        pytest.param("补充一下，今天又有两盏灯不亮了", "supplement_case", None, id="the addition was said"),
        pytest.param("撤单", "withdraw_case", CONFIRM, id="taking back is confirmed"),
        pytest.param("我要评价", "rate_case", GRADE, id="a grade"),
        pytest.param("给五星好评", "rate_case", None, id="the grade was said"),
    ],
)
def test_with_one_case_only_what_is_missing_is_asked(services: Services, text: str, intent: str, asked: str | None) -> None:
    [number] = filed(services, "路灯不亮三天了")
    talk = errand(services, text, intent)
    assert (talk.slots["progress_number"], talk.asked) == (number, asked)


@pytest.mark.parametrize(
    ("text", "which"),
    [
        pytest.param("路灯那个到哪一步了", 0, id="by what it is about"),
        pytest.param("垃圾的事有结果没", 1, id="by what the other is about"),
        pytest.param("查尾号{tail}", 0, id="by its tail"),
    ],
)
def test_one_of_several_cases_is_found_by_what_is_said(services: Services, text: str, which: int) -> None:
    numbers = filed(services, "路灯不亮三天了", "垃圾堆了一个礼拜没人收")
    talk = errand(services, text.format(tail=numbers[0][-4:]), "check_case")
    assert talk.slots["progress_number"] == numbers[which]


def test_of_several_cases_one_is_chosen_by_button(services: Services) -> None:
    numbers = filed(services, "路灯不亮三天了", "垃圾堆了一个礼拜没人收")
    talk = errand(services, "撤单", "withdraw_case")
    assert talk.asked == NUMBER
    payloads = [button["payload"] for button in talk.run("action_ask_progress_form_progress_number").responses[0]["buttons"]]
    assert sorted(payloads) == [f'/withdraw_case{{"choice": "{number}"}}' for number in numbers]
    assert talk.say("垃圾", "withdraw_case", choice=numbers[1]).asked == CONFIRM
    assert talk.say("确定", "affirm").run("action_do_errand").did == ["withdraw"]
    assert [services.cases.get(number).status for number in numbers] == ["assigned", "withdrawn"]


@pytest.mark.parametrize("said", ["不是，别撤", "让我想想"])
def test_without_a_clear_yes_nothing_is_taken_back(services: Services, said: str) -> None:
    [number] = filed(services, "路灯不亮三天了")
    talk = errand(services, "撤单", "withdraw_case").say(said, "deny").run("action_do_errand")
    assert (talk.said, talk.did) == (["utter_errand_dropped"], [])
    assert services.cases.get(number).status == "assigned"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("查一下{number}", "utter_no_case_of_yours"), ("查一下JF20261123-9999", "utter_no_case_of_yours"),
        ("帮我看看是谁投诉的我", "utter_others_case"),
    ],
)  # fmt: skip
def test_the_answer_for_a_strangers_case_is_that_for_none(services: Services, text: str, said: str) -> None:
    [number] = filed(services, "楼上天天吵", address="stranger")
    talk = errand(services, text.format(number=number), "check_case").run("action_do_errand")
    assert talk.said == [said]


@pytest.mark.parametrize(
    ("first", "intent", "answers"),
    [
        pytest.param(
            "上次那单我再加张照片", "supplement_case", ["尾号7311", "昨天又漏了一晚上"], id="asked for number and words"
        ),
        pytest.param("说修好了，明明还是坏的，我不认", "appeal_result", ["不记得了"], id="the words are told already"),
        pytest.param("路灯报了五天没人来，催一下", "urge_case", ["尾号0042"], id="urged"),
        pytest.param("那个噪音的单子给我撤了", "withdraw_case", ["尾号0042"], id="taken back"),
        pytest.param("上次来的师傅好，给五星", "rate_case", [], id="a score needs no number"),
    ],
)
def test_a_wish_about_a_case_from_elsewhere_goes_to_the_staff(
    services: Services, first: str, intent: str, answers: list[str]
) -> None:
    talk = errand(services, first, intent)
    for answer in answers:
        assert talk.asked
        talk.say(answer, "give_contact")
    assert talk.asked is None
    assert talk.run("action_do_errand").did == ["message"]
    case = services.cases.get(talk.facts["number"])
    assert (case.kind, services.cases.original(case.number)["description"]) == ("message", "\n".join([first, *answers]))


def test_urging_twice_a_day_is_refused_with_the_time_it_may_be_done_again(services: Services) -> None:
    filed(services, "路灯不亮三天了")
    assert errand(services, "催一下", "urge_case").run("action_do_errand").did == ["urge"]
    talk = errand(services, "再催一下", "urge_case").run("action_do_errand")
    assert talk.said == ["utter_error_too_soon"]
    assert talk.facts["again"]


def test_a_result_is_scored_and_not_accepted(services: Services) -> None:
    [number] = filed(services, "路灯不亮三天了")
    answered(services, number)
    talk = errand(services, "评价一下", "rate_case").say("一般", "rate_case", choice="3").run("action_do_errand")
    assert (talk.said, talk.did) == (["utter_case_rated", "utter_ask_rated_solved"], ["rate"])
    talk = errand(services, "根本没修，灯还是不亮，要求重新办理", "appeal_result").run("action_do_errand")
    assert (talk.said, talk.did) == (["utter_case_appealed"], ["appeal"])
    assert services.cases.get(number).status == "assigned"


def test_grade_solved_and_contacted_are_three_answers(services: Services) -> None:
    [number] = filed(services, "路灯不亮三天了")
    answered(services, number)
    talk = errand(services, "给五星好评", "rate_case").run("action_do_errand")
    assert talk.said == ["utter_case_rated", "utter_ask_rated_solved"]
    for choice, asked in (("solved", ["utter_case_rated", "utter_ask_rated_contacted"]), ("uncontacted", ["utter_case_rated"])):
        talk = errand(services, "按钮", "rate_case", choice=choice).run("action_do_errand")
        assert (talk.said, talk.did) == (asked, ["rate"])
    resident = talk.message["metadata"]["resident_id"]
    assert services.cases.find(resident, number).score == {"grade": 5, "solved": True, "contacted": False}


def test_not_solved_is_done_again_by_itself_once_and_then_goes_to_a_supervisor(services: Services) -> None:
    [number] = filed(services, "路灯不亮三天了")
    answered(services, number)
    talk = errand(services, "按钮", "rate_case", choice="unsolved").run("action_do_errand")
    assert (talk.said, services.cases.get(number).status) == (["utter_case_rated_reopened"], "assigned")
    answered(services, number, "qian")
    talk = errand(services, "打分：非常不满意", "rate_case").run("action_do_errand")
    assert (talk.said, services.cases.get(number).status) == (["utter_case_rated_supervisor"], "answered")


def test_urging_behind_the_promised_time_says_who_hears_of_it(services: Services) -> None:
    filed(services, "路灯不亮三天了")
    services.clock.move(days=40)
    talk = errand(services, "怎么还没人管，催一下", "urge_case").run("action_do_errand")
    assert (talk.said, talk.did) == (["utter_case_urged_above"], ["urge"])
    assert talk.facts["above"]


@pytest.mark.parametrize(("text", "intent"), [("[图片]", "nlu_fallback"), ("就是3号楼2单元门口", "give_location")])
def test_what_the_staff_asked_for_is_taken_without_a_number(services: Services, text: str, intent: str) -> None:
    [number] = filed(services, "路灯不亮三天了")
    staff = a_staff(services, "zhao", "supervisor")
    services.cases.move(number, EventKind.SIGNED, staff, "")
    services.cases.move(number, EventKind.ASKED, staff, "是哪一盏灯？请拍张照片")
    talk = Talk(services, "case_form").write(text, intent).run("action_default_fallback")
    assert (talk.said, talk.did) == (["utter_case_goes_on_again"], ["supplement"])
    assert services.cases.get(number).status == "signed"


def test_how_far_it_is_is_said_in_plain_words(services: Services) -> None:
    [number] = filed(services, "路灯不亮三天了")
    talk = errand(services, "查进度", "check_case").run("action_do_errand")
    assert talk.said == ["utter_case_status"]
    assert talk.facts["number"] == number
    assert "前跟您联系" in talk.facts["coming"]
    assert "派给责任单位" in talk.facts["step"]


def test_what_is_wrong_with_a_case_nobody_has_answered_yet_is_added_to_it(services: Services) -> None:
    filed(services, "路灯不亮三天了")
    talk = errand(services, "办得不行，要求重新办理这个事情", "appeal_result").run("action_do_errand")
    assert talk.did == ["supplement"]


def test_an_addition_reaches_the_case_in_the_residents_words(services: Services) -> None:
    [number] = filed(services, "路灯不亮三天了")
    talk = errand(services, "补充", "supplement_case").say("昨晚又灭了一盏", "report_problem").run("action_do_errand")
    assert talk.did == ["supplement"]
    assert services.cases.get(number).events[-1].text == "昨晚又灭了一盏"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("转人工", "talk_to_human"), ("垃圾堆了一个礼拜没人收", "report_problem"), ("算了", "change_mind")],
)
def test_something_else_is_left_to_the_rules(services: Services, text: str, intent: str) -> None:
    filed(services, "路灯不亮三天了", "电梯坏了")
    assert errand(services, "撤单", "withdraw_case").say(text, intent).is_rejected
