"""Who has the word: the machine of a conversation between bot, queue and staff, as one table. Rules only.

A `State` is read off a conversation's owner and whether a call-back is promised (`state_of`). Every change of owner is an
`Event` in `MOVES`; what is not in the table cannot happen. `SPEAKS` says who may address the resident in each state, `TIMERS`
what falls due there. A safety alert is no state: it lies over any of them and only brings further speakers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.cases.errors import HandoffNotAllowed


class State(StrEnum):
    """Where a conversation stands."""

    BOT = "bot"
    QUEUED = "queued"
    HUMAN = "human"
    CALLBACK = "callback"  # the bot has the word again, and somebody has been promised to call back
    CLOSED = "closed"


class Speaker(StrEnum):
    """In whose name something is said to the resident."""

    BOT = "bot"  # a turn of the bot
    MEANWHILE = "meanwhile"  # a quotation for somebody who waits and has asked to go on asking (边等边问)
    STAFF = "staff"  # the person who has taken the conversation
    NOTICE = "notice"  # place in the queue, who has come, who has gone; news of a case or of a wrong answer
    REMINDER = "reminder"  # of a promised call
    SURVEY = "survey"
    SAFETY = "safety"  # the fixed texts


class Event(StrEnum):
    """What changes who has the word."""

    ASKED = "asked"  # a person is wanted, for whatever reason
    NOBODY_THERE = "nobody_there"  # the same while nobody is on duty: a call is promised instead
    LEFT_QUEUE = "left_queue"  # 不等了
    CHOSE_MESSAGE = "chose_message"  # 留言成工单
    CHOSE_CALLBACK = "chose_callback"  # 预约回拨
    CLAIMED = "claimed"
    ASSIGNED = "assigned"  # a supervisor gives it to somebody
    TAKEN_OVER = "taken_over"  # a supervisor takes it from a colleague
    TRANSFERRED = "transferred"  # to another team: it waits again
    STAFF_IDLE = "staff_idle"
    GIVEN_BACK = "given_back"
    ENDED = "ended"  # by the person who has it
    CALLED_BACK = "called_back"
    FELL_SILENT = "fell_silent"  # nobody has said anything to the bot for a day
    WROTE_AGAIN = "wrote_again"


class EndReason(StrEnum):
    """Why a handoff is over."""

    RESIDENT_ENDED = "resident_ended"
    AGENT_CLOSED = "agent_closed"
    GIVEN_BACK = "given_back"
    ASSIGN_TIMEOUT = "assign_timeout"  # nobody came in time and the resident chose something else
    AGENT_TIMEOUT = "agent_timeout"
    BOT_ERROR = "bot_error"
    TO_WORKORDER = "to_workorder"
    TRANSFERRED = "transferred"
    OFF_HOURS = "off_hours"


class Reason(StrEnum):
    """Why a person was called."""

    ASKED = "asked"  # by word, in whatever state or form
    BUTTON = "button"
    NOT_UNDERSTOOD = "not_understood"  # two misses
    REPEATED = "repeated"  # the same question again
    ANGER = "anger"
    NO_ANSWER = "no_answer"  # the knowledge base had none, twice
    BROKEN = "broken"  # an exception
    ENGINE_DOWN = "engine_down"
    SAFETY = "safety"
    STAFF = "staff"  # somebody at the desk took it unasked
    REOPENED = "reopened"  # 找刚才的工作人员
    TRANSFER = "transfer"
    STAFF_IDLE = "staff_idle"  # the person who had it fell silent


@dataclass(frozen=True)
class Move:
    """Where an event leads and, where it ends a person's part, why. `ends` None: the handoff goes on."""

    to: State
    ends: EndReason | None = None


@dataclass(frozen=True)
class Timer:
    """Something that falls due `after` a state (or the word in `since`) began."""

    kind: str
    state: State
    after: timedelta
    since: str = "state"


MOVES: Mapping[tuple[State, Event], Move] = MappingProxyType(
    {
        (State.BOT, Event.ASKED): Move(State.QUEUED),
        (State.BOT, Event.NOBODY_THERE): Move(State.CALLBACK, EndReason.OFF_HOURS),
        (State.BOT, Event.CLAIMED): Move(State.HUMAN),
        (State.BOT, Event.ASSIGNED): Move(State.HUMAN),
        (State.BOT, Event.FELL_SILENT): Move(State.CLOSED),
        (State.QUEUED, Event.CLAIMED): Move(State.HUMAN),
        (State.QUEUED, Event.ASSIGNED): Move(State.HUMAN),
        (State.QUEUED, Event.LEFT_QUEUE): Move(State.BOT, EndReason.RESIDENT_ENDED),
        (State.QUEUED, Event.CHOSE_MESSAGE): Move(State.BOT, EndReason.TO_WORKORDER),
        (State.QUEUED, Event.CHOSE_CALLBACK): Move(State.CALLBACK, EndReason.ASSIGN_TIMEOUT),
        (State.HUMAN, Event.TAKEN_OVER): Move(State.HUMAN),
        (State.HUMAN, Event.ASSIGNED): Move(State.HUMAN),
        (State.HUMAN, Event.TRANSFERRED): Move(State.QUEUED, EndReason.TRANSFERRED),
        (State.HUMAN, Event.STAFF_IDLE): Move(State.QUEUED, EndReason.AGENT_TIMEOUT),
        (State.HUMAN, Event.GIVEN_BACK): Move(State.BOT, EndReason.GIVEN_BACK),
        (State.HUMAN, Event.ENDED): Move(State.CLOSED, EndReason.AGENT_CLOSED),
        (State.CALLBACK, Event.ASKED): Move(State.QUEUED),
        (State.CALLBACK, Event.NOBODY_THERE): Move(State.CALLBACK, EndReason.OFF_HOURS),
        (State.CALLBACK, Event.CLAIMED): Move(State.HUMAN),
        (State.CALLBACK, Event.ASSIGNED): Move(State.HUMAN),
        (State.CALLBACK, Event.CALLED_BACK): Move(State.CLOSED),
        (State.CLOSED, Event.WROTE_AGAIN): Move(State.BOT),
    }
)

SPEAKS: Mapping[State, frozenset[Speaker]] = MappingProxyType(
    {
        State.BOT: frozenset({Speaker.BOT, Speaker.NOTICE, Speaker.SAFETY, Speaker.SURVEY}),
        State.QUEUED: frozenset({Speaker.MEANWHILE, Speaker.NOTICE, Speaker.SAFETY}),
        State.HUMAN: frozenset({Speaker.STAFF, Speaker.NOTICE, Speaker.SAFETY}),
        State.CALLBACK: frozenset({Speaker.BOT, Speaker.NOTICE, Speaker.REMINDER, Speaker.SAFETY}),
        State.CLOSED: frozenset({Speaker.SURVEY, Speaker.NOTICE, Speaker.SAFETY}),
    }
)

#: `since`: `state` (it began), `unanswered` (the resident's first word nobody has answered), `answered` (the person's last
#: word), `promise` (the promised time; a negative `after` lies before it), `alert` (the danger was noticed).
TIMERS = (
    Timer("bot_silent", State.BOT, timedelta(hours=24), "heard"),
    Timer("queue_alert", State.QUEUED, timedelta(minutes=3)),  # GB/T 33358: message media wait 3 minutes at most
    Timer("queue_choice", State.QUEUED, timedelta(minutes=10)),
    Timer("staff_nudge", State.HUMAN, timedelta(minutes=3), "unanswered"),
    Timer("staff_idle", State.HUMAN, timedelta(minutes=10), "unanswered"),
    Timer("resident_silent", State.HUMAN, timedelta(minutes=30), "answered"),
    Timer("callback_soon", State.CALLBACK, timedelta(minutes=-10), "promise"),
    Timer("callback_missed", State.CALLBACK, timedelta(0), "promise"),
)
#: Seconds after which an unconfirmed alert climbs to the next of: staff, supervisors, administrators.
SAFETY_LADDER = (timedelta(seconds=60), timedelta(seconds=120), timedelta(seconds=300))
#: At most one notice about the queue in this time.
NOTICE_EVERY = timedelta(minutes=3)
#: A message so long after the end belongs to the same matter: the last person can be asked for again.
REOPENS_WITHIN = timedelta(hours=48)
STAFF_PREFIX = "staff:"


def state_of(owner: str, *, promised: bool = False) -> State:
    """The state of a conversation with this `owner` (`bot`, `queued`, `staff:<id>`, `closed`).

    `promised`: a call-back is open.
    """
    if owner.startswith(STAFF_PREFIX):
        return State.HUMAN
    if owner == State.BOT and promised:
        return State.CALLBACK
    return State(owner)


def move(state: State, event: Event) -> Move:
    """Where `event` leads from `state`. Raises HandoffNotAllowed for what the table does not have."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise HandoffNotAllowed(f"{event} in {state}") from None


def may_speak(state: State, speaker: Speaker) -> bool:
    """Whether `speaker` may address the resident in `state`."""
    return speaker in SPEAKS[state]


def timers_of(state: State, since: str) -> tuple[Timer, ...]:
    """What falls due in `state`, counted from `since`."""
    return tuple(timer for timer in TIMERS if timer.state is state and timer.since == since)


#: Every kind of timer of this machine: what a change of owner stops.
TIMER_KINDS = frozenset(timer.kind for timer in TIMERS if timer.kind != "bot_silent")
