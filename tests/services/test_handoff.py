"""People: exactly one takes a conversation, nobody talks over anybody, nothing internal reaches a resident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.cases.errors import AlreadyTaken, Invalid, NotOwner, NotPermitted
from tests.builders import a_staff, process, said, write


@pytest.fixture
def waiting(both_services):
    conversation = write(both_services, "我要找人")
    process(both_services)
    both_services.handoff.request(conversation, "asked")
    return conversation


def test_of_two_who_take_a_conversation_at_once_exactly_one_wins(both_services, waiting):
    staff = [a_staff(both_services, f"s{number}") for number in range(6)]

    def take(person):
        try:
            return both_services.handoff.claim(waiting, person).owner
        except AlreadyTaken as taken:
            return taken

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(take, staff))
    winners = [result for result in results if isinstance(result, str)]
    assert len(winners) == 1
    name = both_services.handoff.get(waiting).owner_name
    assert {result.facts["by"] for result in results if not isinstance(result, str)} == {name}
    assert sum(name in line for line in said(both_services, waiting)) == 1  # the resident is told once


def test_a_reply_reaches_the_resident_once_however_often_it_is_clicked(both_services, waiting):
    wang = a_staff(both_services)
    both_services.handoff.claim(waiting, wang)
    for _ in range(3):
        both_services.handoff.reply(waiting, wang, "您好，我是小王", client_id="c1")
    assert said(both_services, waiting).count("您好，我是小王") == 1


def test_only_the_owner_may_reply(both_services, waiting):
    with pytest.raises(NotOwner):
        both_services.handoff.reply(waiting, a_staff(both_services), "您好", client_id="c1")


@pytest.mark.parametrize("text", ["", "   ", "长" * 4001])
def test_an_empty_or_endless_reply_is_refused(services, text):
    conversation = write(services)
    wang = a_staff(services)
    services.handoff.claim(conversation, wang)
    with pytest.raises(Invalid):
        services.handoff.reply(conversation, wang, text, client_id="c1")


def test_a_note_never_reaches_the_resident(both_services, waiting):
    wang = a_staff(both_services)
    both_services.handoff.note(waiting, wang, "这位上周也来过")
    assert "这位上周也来过" not in said(both_services, waiting)
    seen = both_services.conversations.transcript(waiting, for_staff=True)
    assert [view.text for view in seen if view.sender == "note"] == ["这位上周也来过"]


def test_handed_back_the_bot_answers_again(both_services, waiting):
    wang = a_staff(both_services)
    both_services.handoff.claim(waiting, wang)
    both_services.handoff.give_back(waiting, wang)
    write(both_services, "谢谢")
    process(both_services)
    assert said(both_services, waiting)[-1] == "听到：谢谢"


def test_every_change_of_owner_raises_the_version(both_services, waiting):
    wang, versions = a_staff(both_services), []
    versions.append(both_services.handoff.get(waiting).owner_version)
    both_services.handoff.claim(waiting, wang)
    versions.append(both_services.handoff.get(waiting).owner_version)
    both_services.handoff.give_back(waiting, wang)
    versions.append(both_services.handoff.get(waiting).owner_version)
    assert versions == [1, 2, 3]


def test_a_supervisor_may_take_over_from_a_colleague_an_agent_may_not(services):
    conversation = write(services)
    wang, chen = a_staff(services, "wang"), a_staff(services, "chen", "supervisor")
    services.handoff.claim(conversation, wang)
    with pytest.raises(AlreadyTaken):
        services.handoff.claim(conversation, a_staff(services, "li"))
    with pytest.raises(AlreadyTaken):
        services.handoff.claim(conversation, chen)  # not by mistake, just after a colleague
    assert services.handoff.claim(conversation, chen, from_colleague=True).owner == chen.owner


def test_a_handler_of_cases_takes_no_conversations(services):
    conversation = write(services)
    with pytest.raises(NotPermitted):
        services.handoff.claim(conversation, a_staff(services, "zhang", "handler"))


def test_a_look_at_personal_data_is_written_down(services):
    conversation = write(services, "我电话13871204459")
    wang = a_staff(services)
    view = services.conversations.transcript(conversation, for_staff=True)[0]
    assert "13871204459" not in view.text
    assert services.handoff.reveal(conversation, view.position, wang) == "我电话13871204459"
    with services.database.reading() as work:
        assert [row.actor for row in work.staff.audit_of(f"{conversation}:{view.position}")] == [wang.owner]


def test_the_most_urgent_then_the_longest_waiting_comes_first(services):
    for address in ("first", "second", "danger"):
        conversation = write(services, address=address)
        if address == "danger":
            write(services, "家里着火了 快来人", address=address)
        else:
            services.handoff.request(conversation, "asked")
        services.clock.move(minutes=1)
    addresses = [services.handoff.get(view.id).last_text for view in services.handoff.queue()]
    assert addresses[0] == "家里着火了 快来人"
    assert [view.priority for view in services.handoff.queue()] == [2, 0, 0]


def test_a_closed_conversation_opens_again_with_the_next_message(services):
    conversation = write(services)
    wang = a_staff(services)
    services.handoff.claim(conversation, wang)
    services.handoff.close(conversation, wang)
    write(services, "又来了")
    process(services)
    assert said(services, conversation)[-1] == "听到：又来了"
