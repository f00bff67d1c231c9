"""The gateway: once, in order, danger first, one owner at a time. Run on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.app import Services
from tests.builders import a_staff, incoming, process, said, write

#: Something fell on a car; nobody says whether anybody was in it.
MAYBE = "墙皮掉下来砸车了"


def owner(services: Services, conversation: str) -> str:
    return services.handoff.get(conversation).owner


@pytest.mark.parametrize("times", [1, 3])
def test_a_message_delivered_several_times_is_one_message(both_services, times):
    for _ in range(times):
        both_services.conversations.accept(incoming("路灯坏了", message_id="42"))
    process(both_services)
    conversation = both_services.conversations.conversation_of("web", "li")
    assert [view.text for view in both_services.conversations.transcript(conversation)] == ["路灯坏了", "听到：路灯坏了"]


def test_the_same_update_delivered_at_once_by_eight_threads_is_one_message(both_services):
    update = incoming("路灯坏了", message_id="42")
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(both_services.conversations.accept, [update] * 8))
    assert len({one.inbox_id for one in accepted}) == 1
    assert sum(not one.duplicate for one in accepted) == 1


def test_ten_messages_in_a_row_are_answered_in_their_order(both_services):
    for number in range(10):
        conversation = write(both_services, f"第{number}句")
    process(both_services)
    assert said(both_services, conversation) == [f"听到：第{number}句" for number in range(10)]


def test_the_bot_hears_masked_words_and_the_original_is_kept(both_services):
    accepted = both_services.conversations.accept(incoming("我电话13871204459，路灯坏了"))
    process(both_services)
    [(_, heard, metadata)] = both_services.engine.heard
    assert "13871204459" not in heard
    assert metadata["inbox_id"] == accepted.inbox_id
    assert both_services.conversations.original(accepted.inbox_id) == "我电话13871204459，路灯坏了"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("失火了失火了 隔壁厨房全是火", "119"),
        ("我爸胸口疼得厉害 喘不上气", "120"),
        ("不想活了 我现在就在楼顶", "12356"),
    ],
)
@pytest.mark.parametrize("state", ["bot", "queued", "staff", "engine down"])
def test_danger_is_answered_at_once_in_every_state(services, text, number, state):
    conversation = write(services, "你好")
    process(services)
    if state == "queued":
        services.handoff.request(conversation, "asked")
    if state == "staff":
        services.handoff.claim(conversation, a_staff(services))
    services.engine.down = state == "engine down"
    heard = len(services.engine.heard)
    write(services, text)
    assert any(number in line for line in said(services, conversation))
    assert services.handoff.get(conversation).open_alert
    assert owner(services, conversation) != "bot"
    process(services)
    assert len(services.engine.heard) == heard


def test_where_danger_is_only_possible_the_numbers_are_said_and_the_bot_goes_on(services):
    """Several weak signs, none of them certain: most such messages are ordinary complaints."""
    conversation = write(services, MAYBE)
    process(services)
    assert said(services, conversation) == [services.texts("maybe_danger"), f"听到：{MAYBE}"]
    assert services.handoff.get(conversation).open_alert
    assert owner(services, conversation) == "bot"


def test_while_a_person_has_the_conversation_the_bot_hears_nothing(both_services):
    conversation = write(both_services, "转人工")
    both_services.handoff.request(conversation, "asked")
    both_services.handoff.claim(conversation, a_staff(both_services))
    write(both_services, "还在吗？")
    process(both_services)
    assert [text for _, text, _ in both_services.engine.heard] == []


def test_somebody_who_waits_is_told_at_most_every_three_minutes(services):
    conversation = write(services)
    process(services)
    services.handoff.request(conversation, "asked")
    before = len(said(services, conversation))
    for _ in range(3):
        write(services, "人呢")
    assert len(said(services, conversation)) == before
    services.clock.move(minutes=4)
    write(services, "人呢")
    assert len(said(services, conversation)) == before + 1


@pytest.mark.parametrize("words", ["不等了", "回到机器人"])
def test_leaving_the_queue_with_a_word(services, words):
    conversation = write(services)
    process(services)
    services.handoff.request(conversation, "asked")
    write(services, words)
    assert owner(services, conversation) == "bot"


def test_an_expired_or_strange_button_is_answered_not_obeyed(services):
    conversation = write(services, "")
    services.conversations.accept(incoming("", kind="button", button="no-such"))
    assert "过期" in said(services, conversation)[-1]


def test_a_button_of_another_resident_means_nothing_here(services):
    theirs = write(services, address="zhao")
    services.handoff.request(theirs, "asked")
    button = services.conversations.transcript(theirs)[-1].buttons[0][0]
    mine = write(services, address="li")
    services.conversations.accept(incoming("", kind="button", button=button, address="li"))
    assert owner(services, theirs) == "queued"
    assert "过期" in said(services, mine)[-1]


def test_an_edited_message_is_kept_and_not_run_again(services):
    conversation = write(services, "路灯坏了")
    process(services)
    write(services, "路灯坏了三天", kind="edit")
    process(services)
    assert len(services.engine.heard) == 1
    assert "直接发一句新的" in said(services, conversation)[-1]
