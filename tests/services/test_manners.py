"""How residents like to be spoken to: by number and in short words, once more, slower, in their own script."""

from __future__ import annotations

import pytest

from bot.app import Services
from bot.services.dressing import Manner, dress, in_traditional
from bot.services.outgoing import Said
from bot.services.views import Button, MessageView, Source, Upload, Utterance
from tests.builders import a_staff, incoming, process, said, write

CARD = Utterance(
    "请您看一看，对不对。没问题就点“提交”。", (Button("提交", "/affirm"), Button("取消", "/change_mind")), asked="confirm"
)
QUOTE = Source("噪声法", "第一条", "夜间不得施工。违者罚款。", "v1")


def talk(services: Services, *lines: str) -> str:
    """A resident who writes these, each answered before the next; answers the conversation."""
    conversation = ""
    for line in lines:
        conversation = write(services, line)
        process(services)
    return conversation


def last(services: Services, conversation: str) -> MessageView:
    return [view for view in services.conversations.transcript(conversation) if view.sender != "resident"][-1]


def heard(services: Services) -> list[str]:
    """What reached Rasa."""
    return [text for _, text, _ in services.engine.heard]


def test_elder_mode_is_remembered_and_numbers_choose(both_services: Services) -> None:
    services = both_services
    services.engine.script["路灯坏了"] = CARD
    conversation = talk(services, "字太小了", "路灯坏了")
    assert services.manners.of(conversation) == Manner(elder=True)
    assert said(services, conversation)[0].startswith("好的，字说得简单些")
    assert last(services, conversation).text.endswith("\n\n1 提交\n2 取消")
    assert [title for _, title in last(services, conversation).buttons] == ["1 提交", "2 取消"]
    talk(services, "1")
    assert heard(services) == ["路灯坏了", "/affirm"]
    assert services.engine.heard[-1][2]["elder"] is True


@pytest.mark.parametrize(
    ("number", "reaches"), [("2", "/change_mind"), ("第二个", "/change_mind"), ("3", "3"), ("3号楼", "3号楼")]
)
def test_only_a_number_that_was_offered_chooses(services: Services, number: str, reaches: str) -> None:
    services.engine.script["路灯坏了"] = CARD
    talk(services, "长辈模式", "路灯坏了", number)
    assert heard(services)[-1] == reaches


def test_without_the_mode_a_number_is_a_number(services: Services) -> None:
    services.engine.script["路灯坏了"] = CARD
    talk(services, "路灯坏了", "1")
    assert heard(services)[-1] == "1"


def test_beside_other_words_the_mode_goes_on_and_the_words_are_answered(services: Services) -> None:
    conversation = talk(services, "小同志 我眼睛花 打不了字")
    assert services.manners.of(conversation).elder
    assert heard(services) == ["小同志 我眼睛花 打不了字"]


@pytest.mark.parametrize("words", ["再说一遍", "没听清", "你说啥？", "讲多次"])
def test_what_was_said_last_is_said_again_with_its_choices(services: Services, words: str) -> None:
    services.engine.script["路灯坏了"] = CARD
    conversation = talk(services, "路灯坏了", words)
    again = last(services, conversation)
    assert (again.text, again.asked) == (CARD.text, "confirm")
    assert [title for _, title in again.buttons] == ["提交", "取消"]
    assert heard(services) == ["路灯坏了"]


def test_said_again_in_elder_mode_is_numbered_once(services: Services) -> None:
    services.engine.script["路灯坏了"] = CARD
    conversation = talk(services, "长辈模式", "路灯坏了", "再说一遍", "再说一遍")
    assert last(services, conversation).text == f"{CARD.text}\n\n1 提交\n2 取消"


def test_slower_is_a_sentence_a_line_from_then_on(services: Services) -> None:
    services.engine.script["路灯坏了"] = CARD
    conversation = talk(services, "路灯坏了", "慢一点")
    assert last(services, conversation).text == "请您看一看，对不对。\n\n没问题就点“提交”。"
    assert services.manners.of(conversation).slow
    assert not services.manners.of(talk(services, "快点说")).slow


def test_with_nothing_said_yet_it_goes_to_the_bot(services: Services) -> None:
    talk(services, "再说一遍")
    assert heard(services) == ["再说一遍"]


def test_a_person_is_asked_directly(services: Services) -> None:
    conversation = talk(services, "你好")
    services.handoff.request(conversation, "asked")
    services.handoff.claim(conversation, a_staff(services))
    write(services, "再说一遍")
    assert "再说一遍" in services.conversations.transcript(conversation)[-1].text


def test_a_voice_message_of_the_old_goes_to_a_person_where_nobody_can_write_it_down(services: Services) -> None:
    conversation = talk(services, "长辈模式")
    sound = Upload("voice", "录音.ogg", "audio/ogg", b"OggS")
    services.conversations.accept(incoming("", kind="voice", uploads=(sound,)))
    assert services.handoff.get(conversation).owner == "queued"
    assert "您的语音收好了" in "\n".join(said(services, conversation))
    assert services.conversations.transcript(conversation)[-3].attachments or any(
        view.attachments for view in services.conversations.transcript(conversation)
    )


def test_traditional_in_traditional_out_until_simplified_comes(services: Services) -> None:
    services.engine.script |= {"電梯壞了": CARD, "好": CARD, "路灯坏了": CARD}
    conversation = talk(services, "電梯壞了")
    assert last(services, conversation).text.startswith("請您看一看，對不對")
    assert last(services, conversation).buttons[0][1] == "提交"
    talk(services, "好")
    assert last(services, conversation).text.startswith("請您")
    talk(services, "路灯坏了")
    assert last(services, conversation).text.startswith("请您")


def test_what_is_quoted_stays_word_for_word() -> None:
    text = "《噪声法》规定：夜间不得施工。违者罚款。这条现在有效。"
    assert in_traditional(text, [QUOTE.quote]) == "《噪聲法》規定：夜间不得施工。违者罚款。這條現在有效。"


def test_what_staff_type_is_left_alone() -> None:
    mine = Said("马上到", "staff:1", buttons=(Button("好", "/affirm"),))
    assert dress(mine, Manner(elder=True, slow=True, traditional=True)) == mine
