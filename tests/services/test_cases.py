"""Cases: filed once, sent to a unit with times promised, seen only by their own resident."""

from __future__ import annotations

import pytest

from bot.cases.errors import Invalid, MoveNotAllowed, NoSuchCase, NotPermitted, TooSoon
from bot.cases.status import EventKind
from tests.builders import a_report, a_staff, incoming, said, write


@pytest.fixture
def filed(both_services):
    accepted = both_services.conversations.accept(incoming("提交"))
    case = both_services.cases.file(accepted.conversation_id, a_report(contact="13871204459"), inbox_id=accepted.inbox_id)
    return both_services, accepted, case


def test_a_filed_case_has_number_unit_and_times(filed):
    _, _, case = filed
    assert case.number == "JF20261123-0001"
    assert case.unit
    assert "前与您联系" in case.promise
    assert [event.kind for event in case.events] == ["filed", "assigned"]


def test_the_same_message_files_one_case(filed):
    services, accepted, case = filed
    again = services.cases.file(accepted.conversation_id, a_report(), inbox_id=accepted.inbox_id)
    assert again.number == case.number
    other = services.cases.file(accepted.conversation_id, a_report(ordinal=1), inbox_id=accepted.inbox_id)
    assert other.number == "JF20261123-0002"


def test_personal_data_is_masked_in_the_case_and_sealed_in_the_vault(both_services):
    conversation = write(both_services)
    report = a_report(description="找我13871204459，路灯坏了", location="阳光小区3号楼2单元501", contact="13871204459")
    case = both_services.cases.file(conversation, report, inbox_id=None, by=a_staff(both_services))
    assert "13871204459" not in case.description
    assert "501" not in case.location
    clear = both_services.cases.reveal(case.number, a_staff(both_services, "li"))
    assert clear == {"description": report.description, "location": report.location, "contact": "13871204459"}


def resident_of(services, conversation):
    return services.handoff.get(conversation).resident_id


@pytest.mark.parametrize("words", ["JF20261123-0001", "jf20261123 0001", "尾号0001", "0001那张单"])
def test_residents_name_a_case_as_they_like(filed, words):
    services, accepted, case = filed
    assert services.cases.find(resident_of(services, accepted.conversation_id), words).number == case.number


@pytest.mark.parametrize("words", ["JF20261123-0001", "0001", "JF20261123-9999", "随便"])
def test_strangers_learn_nothing_not_even_that_a_case_exists(filed, words):
    services, _, _ = filed
    stranger = resident_of(services, write(services, address="stranger"))
    with pytest.raises(NoSuchCase):
        services.cases.find(stranger, words)
    assert services.cases.of_resident(stranger) == []


def test_urging_is_counted_once_a_day(filed):
    services, accepted, case = filed
    resident = resident_of(services, accepted.conversation_id)
    services.cases.urge(resident, case.number, inbox_id=None)
    with pytest.raises(TooSoon):
        services.cases.urge(resident, case.number, inbox_id=None)
    services.clock.move(hours=25)
    assert [e.kind for e in services.cases.urge(resident, case.number, inbox_id=None).events].count("urged") == 2


def test_withdrawn_is_withdrawn(filed):
    services, accepted, case = filed
    resident = resident_of(services, accepted.conversation_id)
    assert services.cases.withdraw(resident, case.number, inbox_id=None).status == "withdrawn"
    with pytest.raises(MoveNotAllowed):
        services.cases.supplement(resident, case.number, "还有", inbox_id=None)


def test_the_staff_move_a_case_and_the_resident_is_told(filed):
    services, accepted, case = filed
    zhang = a_staff(services, "zhang", "handler")
    services.cases.move(case.number, EventKind.SIGNED, zhang, "")
    services.cases.move(case.number, EventKind.STARTED, zhang, "电工明天上午到")
    with pytest.raises(Invalid):
        services.cases.move(case.number, EventKind.ANSWERED, zhang, "已处理")
    view = services.cases.move(case.number, EventKind.ANSWERED, zhang, "11月24日上午市政电工李师傅更换了灯头，已亮。")
    assert view.status == "answered"
    assert "李师傅" in said(services, accepted.conversation_id)[-1]
    with pytest.raises(MoveNotAllowed):
        services.cases.move(case.number, EventKind.CONFIRMED, zhang, "")  # who did the work cannot close it
    resident = resident_of(services, accepted.conversation_id)
    assert services.cases.appeal(resident, case.number, "还是不亮", inbox_id=None).status == "assigned"
    assert services.cases.rate  # an open case cannot be rated
    with pytest.raises(MoveNotAllowed):
        services.cases.rate(resident, case.number, grade=5, solved=True, text="", inbox_id=None)


def test_the_kept_status_is_what_the_events_say(filed):
    services, _, case = filed
    zhang = a_staff(services, "zhang", "handler")
    for event in (EventKind.SIGNED, EventKind.STARTED):
        services.cases.move(case.number, event, zhang, "")
        assert services.cases.differences(case.number) == []


def test_a_handler_may_not_look_at_personal_data(filed):
    services, _, case = filed
    with pytest.raises(NotPermitted):
        services.cases.reveal(case.number, a_staff(services, "zhang", "handler"))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"description": " "}, "description"),
        ({"description": "长" * 4001}, "description"),
        ({"category_code": "no-such"}, "category"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_filed(services, facts, field):
    conversation = write(services)
    with pytest.raises(Invalid) as refused:
        services.cases.file(conversation, a_report(**facts), inbox_id=None)
    assert refused.value.code == f"invalid_{field}"
    assert services.cases.search() == []


def test_words_of_no_category_go_to_the_backstop_unit(services):
    conversation = write(services)
    case = services.cases.file(conversation, a_report(description="嗯嗯那个事情你们晓得的"), inbox_id=None)
    with services.database.reading() as work:
        assert case.unit == work.district.backstop().name


def answer(services, number):
    """Let a supervisor sign and answer a case."""
    staff = a_staff(services, f"s{number}", "supervisor")
    for event, text in ((EventKind.SIGNED, ""), (EventKind.ANSWERED, "11月24日上午市政电工李师傅更换了灯头，已亮。")):
        services.cases.move(number, event, staff, text)


def test_the_receipt_says_how_long_alike_cases_took_only_where_there_are_enough(both_services):
    services = both_services
    conversation = write(services)
    for _ in range(10):
        case = services.cases.file(conversation, a_report(), inbox_id=None)
        assert case.usual == ""
        services.clock.move(days=2)
        answer(services, case.number)
    assert services.cases.file(conversation, a_report(), inbox_id=None).usual == "，本社区同类近90天中位2.0天（10件）"
    services.clock.move(days=100)
    assert services.cases.file(conversation, a_report(), inbox_id=None).usual == ""


def test_a_score_may_be_changed_for_seven_days_and_is_one(filed):
    services, accepted, case = filed
    resident = resident_of(services, accepted.conversation_id)
    answer(services, case.number)
    services.cases.rate(resident, case.number, grade=5, inbox_id=None)
    services.clock.move(days=6)
    view = services.cases.rate(resident, case.number, grade=3, contacted=True, inbox_id=None)
    assert view.score == {"grade": 3, "contacted": True}
    services.clock.move(days=2)
    with pytest.raises(Invalid) as refused:
        services.cases.rate(resident, case.number, grade=4, inbox_id=None)
    assert refused.value.code == "invalid_score"
    assert services.cases.find(resident, case.number).score == {"grade": 3, "contacted": True}


@pytest.mark.parametrize("said", [{"solved": False}, {"grade": 2}])
def test_a_bad_score_opens_the_case_again_and_solved_but_slow_does_not(filed, said):
    services, accepted, case = filed
    resident = resident_of(services, accepted.conversation_id)
    answer(services, case.number)
    assert services.cases.rate(resident, case.number, grade=1, solved=True, inbox_id=None).status == "answered"
    services.clock.move(days=9)
    other = services.cases.file(accepted.conversation_id, a_report(), inbox_id=None)
    answer(services, other.number)
    view = services.cases.rate(resident, other.number, **said, inbox_id=None)
    assert (view.status, [event.kind for event in view.events][-2:]) == ("assigned", ["rated", "reopened"])
    assert services.cases.differences(other.number) == []


def test_urging_behind_the_time_tells_the_unit_above_and_may_be_done_at_once(filed):
    services, accepted, case = filed
    resident = resident_of(services, accepted.conversation_id)
    due = services.cases.get(case.number).resolve_due
    services.clock.move(seconds=(due - services.clock.now()).total_seconds() - 3600)
    assert services.cases.urge(resident, case.number, inbox_id=None).told_above == ""
    services.clock.move(hours=2)
    view = services.cases.urge(resident, case.number, inbox_id=None)
    assert view.told_above
    assert [event.kind for event in view.events][-2:] == ["urged", "escalated"]
    with pytest.raises(TooSoon):
        services.cases.urge(resident, case.number, inbox_id=None)
