"""People in residents' words: how one is called, what is heard while waiting, what falls due, who comes, how long it took."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cases.errors import HandoffNotAllowed, NotOwner, NotPermitted
from bot.services.calendar import office_seconds
from bot.services.handoff_measures import HandoffMeasures
from bot.services.handoff_timers import HandoffTimers
from bot.services.views import Utterance
from knowledge.answering import Answer
from tests.builders import a_staff, incoming, process, said, write
from tests.fakes import MONDAY, FakeBotEngine


def queued(services, text="我要找人", **more):
    conversation = write(services, text, **more)
    process(services)
    services.handoff.request(conversation, "asked")
    return conversation


def due(services, **step):
    """Time passes, and what falls due is done."""
    services.clock.move(**step)
    HandoffTimers(services.handoff).once()


def press(services, conversation, title, **more):
    keys = {name: key for view in services.conversations.transcript(conversation) for key, name in view.buttons}
    services.conversations.accept(incoming("", kind="button", button=keys[title], **more))


def call_of(services, conversation):
    with services.database.reading() as work:
        return work.handoffs.last(conversation)


def on_duty(services, staff, day="workday", begins=9 * 60, ends=17 * 60):
    services.presence.add_shift(staff.id, staff, day=day, begins=begins, ends=ends)


# -- calling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["居住证怎么办", "居住证怎么办"], "repeated"),
        (["居住证怎么办", "气死我了"], "anger"),
        (["你们别糊弄老百姓"], "anger"),
        (["是的", "是的"], None),
        (["居住证怎么办", "要带什么"], None),
    ],
)
def test_the_bot_thinks_of_a_person_by_itself(services, lines, reason):
    for line in lines:
        conversation = write(services, line)
        process(services)
    offers = [
        view for view in services.conversations.transcript(conversation) if ("转人工" in dict(map(reversed, view.buttons)))
    ]
    assert bool(offers) == (reason is not None)
    if reason:
        press(services, conversation, "转人工")
        assert services.handoff.get(conversation).queue_reason == reason


def test_offered_once_and_called_the_second_time(both_services):
    for _ in range(3):
        conversation = write(both_services, "居住证怎么办")
        process(both_services)
    assert both_services.handoff.get(conversation).queue_reason == "repeated"
    assert said(both_services, conversation).count("听到：居住证怎么办") == 3  # the answer of that very turn still goes out


def test_two_questions_without_an_answer_lead_to_a_person(services):
    class Asks(FakeBotEngine):
        def reply(self, conversation_id, text, metadata, *, again):
            services.policies.ask(conversation_id, text, inbox_id=metadata["inbox_id"])
            return [Utterance("这个没查到。")]

    services.turns.engine = Asks()
    for line in ("猫能办户口吗", "狗能办户口吗"):
        conversation = write(services, line)
        process(services)
    assert "两次都没查到" in said(services, conversation)[-1]


def test_an_error_is_said_sorry_for_with_a_person(services):
    services.turns.engine = FakeBotEngine(查一下=Utterance("出错了", did=("error",)))
    conversation = write(services, "查一下")
    process(services)
    assert "工作人员" in said(services, conversation)[-1]


def test_a_message_that_breaks_the_bot_each_time_goes_to_a_person(services):
    class Breaks(FakeBotEngine):
        def reply(self, *args, **kwargs):
            raise RuntimeError

    services.turns.engine = Breaks()
    conversation = write(services, "你好")
    for _ in range(9):
        services.clock.move(minutes=2)
        if services.handoff.get(conversation).owner == "bot":
            with pytest.raises(RuntimeError) if _ < 8 else _nothing():
                process(services)
    assert services.handoff.get(conversation).queue_reason == "broken"


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


def test_what_was_told_in_a_form_is_carried_to_the_person(services):
    conversation = write(services, "路灯坏了")
    services.handoff.carry(conversation, {"topic": "report", "地点": "阳光小区3号楼"})
    services.handoff.request(conversation, "asked")
    assert services.handoff.get(conversation).carried["地点"] == "阳光小区3号楼"


def test_the_same_message_calls_once_even_after_the_end(both_services):
    conversation = write(both_services, "转人工")
    accepted = both_services.conversations.accept(incoming("转人工", address="li", message_id="again-1"))
    wang = a_staff(both_services)
    for _ in range(2):
        both_services.handoff.request(conversation, "asked", inbox_id=accepted.inbox_id)
    both_services.handoff.claim(conversation, wang)
    both_services.handoff.give_back(conversation, wang)
    both_services.handoff.request(conversation, "asked", inbox_id=accepted.inbox_id)
    assert both_services.handoff.get(conversation).owner == "bot"


# -- waiting --------------------------------------------------------------------------------------------------------


def test_place_and_expected_wait_are_said(services):
    wang = a_staff(services)
    for number in range(5):
        earlier = queued(services, address=f"earlier-{number}")
        services.clock.move(minutes=4)
        services.handoff.claim(earlier, wang)
    queued(services, address="first")
    conversation = queued(services, address="second")
    assert "前面还有 1 位" in said(services, conversation)[-1]
    assert "4 分钟" in said(services, conversation)[-1]


def test_three_minutes_alert_the_supervisor_once_and_ten_bring_a_choice(both_services):
    chen, conversation = a_staff(both_services, "chen", "supervisor"), queued(both_services)
    due(both_services, minutes=3)
    due(both_services, seconds=30)
    assert [notice.kind for notice in both_services.handoff.notices(chen)] == ["queue_alert"]
    due(both_services, minutes=7)
    last = both_services.conversations.transcript(conversation)[-1]
    assert [title for _, title in last.buttons] == ["留言，不等了", "约个时间回我", "边等边问", "回到机器人"]


@pytest.mark.parametrize(
    ("title", "owner", "reason"),
    [
        ("约个时间回我", "bot", "assign_timeout"),
        ("回到机器人", "bot", "assign_timeout"),
        ("留言，不等了", "bot", "to_workorder"),
    ],
)
def test_a_choice_is_kept_and_done(both_services, title, owner, reason):
    conversation = queued(both_services, "楼道灯坏了三天")
    write(both_services, "三号楼二单元的灯")
    due(both_services, minutes=10)
    press(both_services, conversation, title)
    assert both_services.handoff.get(conversation).owner == owner
    assert call_of(both_services, conversation).end_reason == reason
    assert call_of(both_services, conversation).choice in ("callback", "back", "leave_message")
    resident = both_services.handoff.get(conversation).resident_id
    assert bool(both_services.cases.of_resident(resident)) == (reason == "to_workorder")
    assert bool(both_services.handoff.callbacks()) == (title == "约个时间回我")


def test_who_asks_on_while_waiting_is_answered_by_quotation_and_stays_in_the_queue(services):
    services.knowledge.answers["居住证怎么办"] = Answer("answered", "在社区办。", 0.9, (), (), (), "", 1.0)
    conversation = queued(services)
    due(services, minutes=10)
    press(services, conversation, "边等边问")
    for line in ("居住证怎么办", "猫能办户口吗"):
        write(services, line)
        process(services)
    assert said(services, conversation)[-2:] == ["在社区办。", services.texts("meanwhile_unknown")]
    assert services.handoff.get(conversation).owner == "queued"
    assert services.engine.heard[-1][1] == "我要找人"  # Rasa has heard nothing since
    write(services, "不等了")
    assert services.handoff.get(conversation).owner == "bot"


# -- nobody there ---------------------------------------------------------------------------------------------------


def test_at_night_a_dated_promise_is_made_and_kept(both_services):
    wang, chen = a_staff(both_services), a_staff(both_services, "chen", "supervisor")
    on_duty(both_services, wang)
    both_services.clock.move(hours=10)  # eight in the evening
    conversation = queued(both_services)
    assert both_services.handoff.get(conversation).owner == "bot"
    assert "11月24日10:00之前一定有人" in said(both_services, conversation)[-1]
    write(both_services, "那居住证怎么办")
    process(both_services)
    assert said(both_services, conversation)[-1] == "听到：那居住证怎么办"  # the bot helps on
    due(both_services, hours=13, minutes=50)  # ten to ten
    assert "callback_soon" in {notice.kind for notice in both_services.handoff.notices(wang)}
    due(both_services, minutes=11)
    assert "callback_missed" in {notice.kind for notice in both_services.handoff.notices(chen)}
    assert both_services.handoff.callbacks()[0].missed
    both_services.handoff.claim(conversation, wang)
    assert both_services.handoff.callbacks() == []


def test_a_call_by_telephone_keeps_the_promise_and_ends(services):
    wang = a_staff(services)
    on_duty(services, wang)
    services.clock.move(hours=10)
    conversation = queued(services)
    services.handoff.called_back(conversation, wang)
    assert services.handoff.get(conversation).owner == "closed"


@pytest.mark.parametrize(
    ("hours", "seen", "away", "owner"),
    [
        (0, True, False, "queued"),
        (0, True, True, "bot"),  # says that they are away
        (0, False, False, "bot"),  # on duty, and not there
        (10, True, False, "queued"),  # after hours, but just active
    ],
)
def test_who_counts_as_being_there(services, hours, seen, away, owner):
    wang = a_staff(services)
    on_duty(services, wang)
    services.clock.move(hours=hours)
    if seen:
        services.presence.beat(wang, active=True, away=away)
    assert services.handoff.get(queued(services)).owner == owner


def test_danger_goes_into_the_queue_at_any_hour_and_climbs_until_confirmed(services):
    wang, chen = a_staff(services), a_staff(services, "chen", "supervisor")
    on_duty(services, wang)
    services.clock.move(hours=10)
    conversation = write(services, "家里着火了 快来人")
    assert services.handoff.get(conversation).owner == "queued"
    due(services, seconds=60)
    assert [notice.kind for notice in services.handoff.notices(wang)] == ["safety"]
    due(services, seconds=60)
    assert [notice.kind for notice in services.handoff.notices(chen)].count("safety") == 2
    services.handoff.confirm_alert(conversation, wang)
    due(services, minutes=3)
    assert [notice.kind for notice in services.handoff.notices(chen)].count("safety") == 2


def test_a_call_is_offered_to_the_fittest_and_then_to_another(services):
    wang, li = a_staff(services, "wang"), a_staff(services, "li")
    for person, business in ((wang, "物业"), (li, "社保")):
        services.presence.set_profile(person.id, person, capacity=2, telegram_id=None, skills=[("business", business)])
        services.presence.beat(person)
    conversation = write(services, "社保卡丢了")
    services.handoff.request(conversation, "asked", carried={"business": "社保"})
    assert services.handoff.get(conversation).offered_to == li.id
    services.presence.beat(wang)
    due(services, seconds=61)
    assert services.handoff.get(conversation).offered_to == wang.id


# -- with a person --------------------------------------------------------------------------------------------------


def test_a_person_who_falls_silent_is_nudged_and_then_replaced(both_services):
    wang, conversation = a_staff(both_services), queued(both_services)
    both_services.handoff.claim(conversation, wang)
    both_services.handoff.reply(conversation, wang, "您好", client_id="c-1")
    write(both_services, "灯坏了")
    due(both_services, minutes=3)
    assert [notice.kind for notice in both_services.handoff.notices(wang)] == ["staff_nudge"]
    due(both_services, minutes=7)
    view = both_services.handoff.get(conversation)
    assert (view.owner, view.queue_reason) == ("queued", "staff_idle")
    assert said(both_services, conversation)[-1] == both_services.texts("staff_idle_back")
    with pytest.raises(NotOwner):
        both_services.handoff.reply(conversation, wang, "我回来了", client_id="c-2")


def test_a_reply_stops_the_clocks_and_a_silent_resident_is_mentioned(services):
    wang, conversation = a_staff(services), queued(services)
    services.handoff.claim(conversation, wang)
    services.handoff.reply(conversation, wang, "您好，什么事？", client_id="c-1")
    due(services, minutes=29)
    assert services.handoff.notices(wang) == []
    due(services, minutes=2)
    assert [notice.kind for notice in services.handoff.notices(wang)] == ["resident_silent"]
    assert services.handoff.get(conversation).owner == wang.owner


def test_passed_on_it_waits_again_with_everything_and_counts_anew(both_services):
    wang, conversation = a_staff(both_services), write(both_services, "社保卡丢了")
    both_services.handoff.request(conversation, "asked", carried={"地点": "阳光小区"})
    both_services.handoff.claim(conversation, wang)
    both_services.handoff.transfer(conversation, wang, "社保", why="要社保的同事看")
    call, view = call_of(both_services, conversation), both_services.handoff.get(conversation)
    assert (view.owner, call.business, call.reason) == ("queued", "社保", "transfer")
    assert view.carried["地点"] == "阳光小区"
    notes = [one.text for one in both_services.conversations.transcript(conversation, for_staff=True) if one.sender == "note"]
    assert notes == ["要社保的同事看"]


def test_a_supervisor_watches_whispers_and_assigns_an_agent_does_not(services):
    wang, li, chen = a_staff(services), a_staff(services, "li"), a_staff(services, "chen", "supervisor")
    conversation = queued(services)
    services.handoff.claim(conversation, wang)
    services.handoff.watch(conversation, chen)
    services.handoff.note(conversation, chen, "先问门牌")
    assert [notice.kind for notice in services.handoff.notices(wang)] == ["whisper"]
    services.handoff.assign(conversation, li, chen)
    assert services.handoff.get(conversation).owner == li.owner
    for act in (services.handoff.watch, lambda here, who: services.handoff.assign(here, who, wang)):
        with pytest.raises(NotPermitted):
            act(conversation, wang)


def test_after_the_end_the_survey_comes_once_and_the_same_person_can_be_asked_for(both_services):
    wang, conversation = a_staff(both_services), queued(both_services)
    for _ in range(2):
        both_services.presence.beat(wang)
        both_services.handoff.claim(conversation, wang)
        both_services.handoff.reply(conversation, wang, "办好了", client_id=f"c-{_}")
        both_services.handoff.close(conversation, wang)
        both_services.clock.move(hours=5)
        write(both_services, "又坏了")
        both_services.presence.beat(wang)
        press(both_services, conversation, "找刚才的工作人员")
        assert both_services.handoff.get(conversation).offered_to == wang.id
    assert said(both_services, conversation).count(both_services.texts("survey")) == 1
    assert call_of(both_services, conversation).reopened
    press(both_services, conversation, "满意")
    with both_services.database.reading() as work:
        assert [row.grade for row in work.handoffs.between(MONDAY, MONDAY + timedelta(days=1)) if row.grade] == [4]


def test_a_closed_conversation_cannot_be_taken_and_a_reply_to_it_is_refused(services):
    wang, conversation = a_staff(services), queued(services)
    services.handoff.claim(conversation, wang)
    services.handoff.close(conversation, wang)
    with pytest.raises(HandoffNotAllowed):
        services.handoff.claim(conversation, wang)
    with pytest.raises(NotOwner):
        services.handoff.reply(conversation, wang, "还有一句", client_id="c-9")


def test_a_day_without_a_word_ends_silently_and_two_days_later_nobody_is_mentioned(services):
    conversation = write(services, "你好")
    process(services)
    before = said(services, conversation)
    due(services, hours=24)
    assert services.handoff.get(conversation).owner == "closed"
    write(services, "在吗")
    process(services)
    assert said(services, conversation) == [*before, "听到：在吗"]


# -- measures -------------------------------------------------------------------------------------------------------


def test_times_begin_when_a_person_is_asked_for_and_never_hold_the_bots(both_services):
    wang, conversation = a_staff(both_services), write(both_services, "你好")
    both_services.clock.move(hours=1)  # with the bot
    both_services.handoff.request(conversation, "asked")
    both_services.clock.move(minutes=2)
    both_services.handoff.claim(conversation, wang)
    both_services.clock.move(minutes=1)
    both_services.handoff.reply(conversation, wang, "您好", client_id="c-1")
    both_services.clock.move(hours=7)  # until after closing time
    both_services.handoff.close(conversation, wang)
    measures = HandoffMeasures(both_services.database, both_services.clock)
    report = measures.report(MONDAY)
    [call] = report.calls
    assert (call.waited, call.first_reply, call.handled) == (120, 180, 7 * 3600 + 60)
    assert call.handled_office == 6 * 3600 - 120  # from 11:02 to 17:00
    assert (report.waited.p95, report.in_time, report.reopened) == (120, 1.0, 0)
    table = measures.table(MONDAY)
    assert table.startswith("\ufeffcall,day,reason")
    assert len(table.splitlines()) == 2


def test_reopened_is_counted_anew_and_who_was_not_reached_is_counted(services):
    wang, conversation = a_staff(services), queued(services)
    services.handoff.claim(conversation, wang)
    services.handoff.give_back(conversation, wang)
    services.clock.move(hours=3)
    services.handoff.request(conversation, "asked")
    services.clock.move(minutes=1)
    services.handoff.claim(conversation, wang)
    lonely = queued(services, address="lonely")
    write(services, "不等了", address="lonely")
    report = HandoffMeasures(services.database, services.clock).report(MONDAY)
    assert [call.waited for call in report.calls] == [0, 60, None]
    assert (report.reopened, report.unreached) == (1, 1)
    assert report.ends == {"given_back": 1, "resident_ended": 1}
    assert services.handoff.get(lonely).owner == "bot"


@pytest.mark.parametrize(
    ("begin", "hours", "office"),
    [(0, 2, 2), (6, 4, 1), (0, 24, 8), (4 * 24 + 6, 72, 8)],  # 10:00 on Monday; over night; over a weekend
)
def test_office_hours_are_counted_by_the_calendar(begin, hours, office):
    start = MONDAY + timedelta(hours=begin)
    assert office_seconds(start, start + timedelta(hours=hours)) == office * 3600
