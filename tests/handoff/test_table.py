"""The machine as a table: what leads where, who may speak, what falls due; and the rules beside it, roster and routing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cases import roster
from bot.cases.errors import HandoffNotAllowed
from bot.cases.handoff import MOVES, SPEAKS, TIMERS, EndReason, Event, Speaker, State, may_speak, move, state_of
from bot.cases.roster import Shift, next_on_duty, on_duty
from bot.cases.routing import Need, Person, choose, ladder
from bot.services.calendar import is_workday

LOCAL = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("state", "event", "to", "ends"),
    [
        ("bot", "asked", "queued", None),
        ("bot", "nobody_there", "callback", "off_hours"),
        ("bot", "claimed", "human", None),
        ("bot", "fell_silent", "closed", None),
        ("queued", "claimed", "human", None),
        ("queued", "left_queue", "bot", "resident_ended"),
        ("queued", "chose_callback", "callback", "assign_timeout"),
        ("queued", "chose_message", "bot", "to_workorder"),
        ("human", "transferred", "queued", "transferred"),
        ("human", "staff_idle", "queued", "agent_timeout"),
        ("human", "given_back", "bot", "given_back"),
        ("human", "ended", "closed", "agent_closed"),
        ("human", "taken_over", "human", None),
        ("callback", "claimed", "human", None),
        ("callback", "called_back", "closed", None),
        ("closed", "wrote_again", "bot", None),
    ],
)
def test_what_leads_where(state, event, to, ends):
    found = move(State(state), Event(event))
    assert (found.to, found.ends) == (to, ends)


@pytest.mark.parametrize(
    ("state", "event"),
    [("human", "asked"), ("queued", "asked"), ("closed", "claimed"), ("closed", "asked"), ("bot", "ended"), ("queued", "ended"),
     ("human", "fell_silent"), ("queued", "taken_over"), ("callback", "fell_silent"), ("human", "left_queue")],
)  # fmt: skip
def test_what_cannot_happen(state, event):
    with pytest.raises(HandoffNotAllowed):
        move(State(state), Event(event))


def test_every_state_can_be_left_and_every_event_and_end_reason_is_used():
    assert {state for state, _ in MOVES} == set(State)
    assert {event for _, event in MOVES} == set(Event)
    given = {found.ends for found in MOVES.values()} - {None}
    assert set(EndReason) - given == {EndReason.BOT_ERROR}  # the bot's own failure calls a person; it ends nobody's part


def test_the_bot_never_speaks_while_a_person_has_the_word_and_danger_is_answered_everywhere():
    assert not may_speak(State.HUMAN, Speaker.BOT)
    assert not may_speak(State.QUEUED, Speaker.BOT)
    assert not may_speak(State.HUMAN, Speaker.MEANWHILE)
    assert all(may_speak(state, Speaker.SAFETY) for state in State)
    assert [state for state in State if may_speak(state, Speaker.STAFF)] == [State.HUMAN]
    assert set(SPEAKS) == set(State)


def test_what_falls_due_in_each_state():
    assert {(timer.kind, timer.state.value, timer.after) for timer in TIMERS} == {
        ("bot_silent", "bot", timedelta(hours=24)),
        ("queue_alert", "queued", timedelta(minutes=3)),
        ("queue_choice", "queued", timedelta(minutes=10)),
        ("staff_nudge", "human", timedelta(minutes=3)),
        ("staff_idle", "human", timedelta(minutes=10)),
        ("resident_silent", "human", timedelta(minutes=30)),
        ("callback_soon", "callback", timedelta(minutes=-10)),
        ("callback_missed", "callback", timedelta(0)),
    }


@pytest.mark.parametrize(
    ("owner", "promised", "state"),
    [("bot", False, "bot"), ("bot", True, "callback"), ("queued", True, "queued"), ("staff:7", False, "human"),
     ("closed", False, "closed")],
)  # fmt: skip
def test_the_state_is_read_off_the_owner(owner, promised, state):
    assert state_of(owner, promised=promised) == state


ROSTER = [
    Shift(1, "workday", 9 * 60, 17 * 60),
    Shift(2, "sat", 9 * 60, 12 * 60),
    Shift(3, "restday", 10 * 60, 16 * 60),
    Shift(1, "2026-11-25", 0, 0),  # a day off
    Shift(4, "2026-11-25", 8 * 60, 20 * 60),
]


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-11-23 10:00", {1}),
        ("2026-11-23 17:00", set()),
        ("2026-11-28 10:30", {2, 3}),  # an ordinary Saturday
        ("2026-11-25 10:00", {4}),
        ("2026-10-01 11:00", {3}),  # National Day, a Thursday
        ("2026-10-10 11:00", {1}),  # a Saturday that is worked (调休): nobody's Saturday shift
    ],
)
def test_who_is_on_duty(when, who):
    assert on_duty(ROSTER, datetime.fromisoformat(when).replace(tzinfo=LOCAL), is_workday) == who


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ("2026-11-23 20:00", "2026-11-24 09:00", "2026-11-24 17:00"),
        ("2026-11-23 10:00", "2026-11-23 10:00", "2026-11-23 17:00"),
        ("2026-11-24 18:00", "2026-11-25 08:00", "2026-11-25 20:00"),
    ],
)
def test_when_somebody_is_there_next(now, begins, ends):
    found = next_on_duty(ROSTER, datetime.fromisoformat(now).replace(tzinfo=LOCAL), is_workday)
    assert found is not None
    assert tuple(f"{one:%Y-%m-%d %H:%M}" for one in found) == (begins, ends)


def test_an_empty_roster_has_nobody():
    assert next_on_duty([], datetime(2026, 11, 23, 10, tzinfo=LOCAL), is_workday) is None


@pytest.mark.parametrize(
    ("day", "valid"),
    [("mon", True), ("workday", True), ("2026-12-01", True), ("2026-13-01", False), ("20261201", False), ("周一", False)],
)
def test_which_days_there_are(day, valid):
    assert roster.valid_day(day) is valid


def person(ident, held=0, idle=0, **skills):
    kinds = {kind: frozenset(values.split()) for kind, values in skills.items()}
    return Person(ident, kinds, held, 3, datetime(2026, 11, 23, 9, tzinfo=LOCAL) - timedelta(minutes=idle))


PARENTS = {"grid-1": "community-1", "grid-2": "community-2", "community-1": "street", "community-2": "street"}
PEOPLE = [
    person(1, area="community-1", business="物业"),
    person(2, area="community-1", business="社保", held=1),
    person(3, area="community-2", held=1),
    person(4, area="street", idle=30),
    person(5, area="community-2", language="en", held=2),
    person(6, business="园林"),  # has named no area: answers for all of them
]


@pytest.mark.parametrize(
    ("need", "tried", "who"),
    [
        (Need("grid-1", "物业"), (), 1),
        (Need("grid-1", "社保"), (), 2),
        (Need("grid-1", "养老"), (), 4),  # nobody of the community: upward
        (Need("grid-1", "物业"), (1,), 4),  # who was asked and did not come is not asked next
        (Need(language="en"), (), 5),
        (Need("grid-2"), (), 3),
        (Need("community-2"), (), 3),  # a community's own before those who answer for everything
        (Need(asked_for=2), (), 2),
        (Need("nowhere", "什么都不是", "xx"), (), 4),  # in the end anybody: least loaded, longest idle
    ],
)
def test_who_is_offered_a_conversation(need, tried, who):
    assert choose(need, PEOPLE, PARENTS, tried) == who


def test_who_is_full_is_offered_nothing_and_supervisors_come_last():
    full = [Person(1, held=3, capacity=3)]
    assert choose(Need(), full, {}) is None
    assert choose(Need(), [*full, Person(9, supervises=True), Person(2, held=2, capacity=3)], {}) == 2


def test_a_ladder_ends_everywhere_even_where_areas_lie_in_each_other():
    assert ladder("grid-1", PARENTS) == ("grid-1", "community-1", "street", None)
    assert ladder("a", {"a": "b", "b": "a"}) == ("a", "b", None)
    assert ladder(None, PARENTS) == (None,)


def test_weekdays_count_by_the_calendar():
    assert is_workday(date(2026, 10, 10)) and not is_workday(date(2026, 10, 1))
