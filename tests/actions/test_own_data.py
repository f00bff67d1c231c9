"""One's own data in residents' words: what is wanted, who they are, whether they are sure."""

from __future__ import annotations

import pytest

from actions.own_data import read_scope, read_task
from bot.app import Services
from tests.actions.talk import Talk
from tests.builders import a_report

NUMBER = "13800138000"


class Words:
    """A message that is only words."""

    choice = None

    def __init__(self, text: str) -> None:
        self.text = text


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("我的信息有哪些", "show"),
        ("你们存了我些啥子", "show"),
        ("看看我的档案", "show"),
        ("導出我的資料", "export"),
        ("把我报过的事打包发一份给我", "export"),
        ("export my data", "export"),
        ("删除我的信息", "erase"),
        ("把俺那些都删喽", "erase"),
        ("我要注销", "erase"),
        ("不想留在你们这了", "erase"),
        ("删掉吧 说错了 是导出", "export"),
        ("不要删 导出一份", "export"),
        ("导出来再删掉", None),
        ("刚才那张照片给我删了", None),
        ("别把我名字告诉对方", None),
        ("信息存多久", None),
        ("我的信息", None),
    ],
)
def test_what_is_wanted(text: str, task: str | None) -> None:
    assert read_task(Words(text)) == task  # type: ignore[arg-type]  # all it needs of Heard


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("全部", "all"),
        ("都要", "all"),
        ("只要我报的那几件", "cases"),
        ("聊天的不要 光要工单", "cases"),
        ("聊天记录就行", "messages"),
        ("随便", None),
    ],
)
def test_which_part_is_wanted(text: str, scope: str | None) -> None:
    assert read_scope(Words(text)) == scope  # type: ignore[arg-type]  # as above


def talk(services: Services, *, with_number: bool) -> Talk:
    """A resident with a case, with or without a number on file."""
    said = Talk(services, form="own_data_form")
    said.write("路灯坏了", "report_problem")
    services.cases.file(said.conversation, a_report(contact=NUMBER if with_number else None), inbox_id=None)
    return said


def test_a_copy_of_the_cases_without_a_number_on_file(services: Services) -> None:
    said = talk(services, with_number=False).say("把我的记录删了 哎不是 是导出来", "privacy_request")
    assert said.asked == "own_data_scope"
    assert said.say("就要办过的事 聊天的不要", "check_case").asked == "own_data_confirm"
    assert said.run("action_ask_own_data_form_own_data_confirm").said == ["utter_ask_export_cases"]
    assert said.say("就我自己的", "affirm", confidence=0.4).asked == "own_data_confirm"
    assert said.say("中 发到这里", "affirm").asked is None
    done = said.run("action_do_own_data")
    assert done.did == ["export"]
    assert len(done.responses[-1]["custom"]["files"]) == 2


def test_a_number_on_file_has_to_be_told_before_anything(services: Services) -> None:
    said = talk(services, with_number=True).say("我的信息有哪些", "privacy_request")
    assert said.asked == "own_data_identity"
    wrong = said.say("13900139000", "give_contact")
    assert (wrong.asked, wrong.said) == ("own_data_identity", ["utter_identity_wrong"])
    assert said.say(NUMBER, "give_contact").asked is None
    shown = said.run("action_do_own_data")
    assert (shown.said, shown.facts["cases"]) == (["utter_own_data"], 1)


def test_a_stranger_at_the_screen_learns_nothing(services: Services) -> None:
    said = talk(services, with_number=True).say("导出我的信息", "privacy_request")
    for guess in ("13900139001", "8000", "不知道啊"):
        said.say(guess, "give_contact")
    assert said.asked is None
    assert said.run("action_do_own_data").said == ["utter_identity_locked"]
    again = Talk(services, form="own_data_form").say("删除我的信息", "privacy_request")
    assert again.run("action_do_own_data").said == ["utter_identity_locked"]


@pytest.mark.parametrize(
    ("answer", "intent", "said"),
    [
        ("确定删除", "affirm", "utter_erased"),
        ("都删了吧", "privacy_request", "utter_erased"),
        ("先不删了", "deny", "utter_own_data_dropped"),
        ("算了算了", "change_mind", "utter_own_data_dropped"),
    ],
)
def test_erasing_wants_the_word_itself(services: Services, answer: str, intent: str, said: str) -> None:
    talking = talk(services, with_number=False).say("删除我的信息", "privacy_request")
    assert talking.run("action_ask_own_data_form_own_data_confirm").said == ["utter_ask_erase_open"]
    talking.say(answer, intent)
    assert talking.run("action_do_own_data").said == [said]
    assert bool(talking.slots.get("forget")) == (said == "utter_erased")


def test_a_mere_yes_does_not_erase(services: Services) -> None:
    said = talk(services, with_number=False).say("删除我的信息", "privacy_request")
    for _ in range(3):
        said.say("嗯", "affirm")
    assert said.run("action_do_own_data").said == ["utter_own_data_dropped"]


def test_other_wishes_about_data_go_to_the_staff(services: Services) -> None:
    said = talk(services, with_number=True).say("我发的照片给我删了", "privacy_request")
    assert said.asked is None
    done = said.run("action_do_own_data")
    assert (done.said, done.did) == (["utter_kept_privacy_request"], ["message"])


def test_a_person_can_be_asked_for_in_the_middle(services: Services) -> None:
    said = talk(services, with_number=True).say("删除我的信息", "privacy_request")
    assert said.say("转人工", "talk_to_human").is_rejected
