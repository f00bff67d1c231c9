"""Mapped classes of people at work: calls for a person, promised call-backs, who is there and when, notices; no behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table

OPEN = text("ended_at IS NULL")


class HandoffRow(Table):
    """One call for a person, from the request to the end of that person's part. A reopened conversation gets a new one."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("uq_handoffs_open", "conversation_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        UniqueConstraint("inbox_id"),  # a message that is heard twice calls once
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    reason: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime] = mapped_column(index=True)
    area: Mapped[str | None] = mapped_column(String(40))
    business: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(12))
    carried: Mapped[dict[str, Any]] = mapped_column(default=dict)  # topic and facts told so far, masked
    reopened: Mapped[bool] = mapped_column(default=False)
    team: Mapped[str | None] = mapped_column(String(40))  # where a transfer wants it
    offered_to: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    offered_at: Mapped[datetime | None]
    choice: Mapped[str | None] = mapped_column(String(20))  # what the resident chose after waiting
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    first_reply_at: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]  # the resident's first word the person has not answered
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    end_reason: Mapped[str | None] = mapped_column(String(20))
    grade: Mapped[int | None]  # what the resident answered the survey, 1 to 5
    graded_at: Mapped[datetime | None]


class CallbackRow(Table):
    """A promise that somebody gets in touch, with its time."""

    __tablename__ = "callbacks"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id"))
    reason: Mapped[str] = mapped_column(String(20))
    promised_from: Mapped[datetime]
    promised_by: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(12), default="open")  # open, done
    missed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(40))


class PresenceRow(Table):
    """When a staff member was last seen and last did something."""

    __tablename__ = "presence"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
    active_at: Mapped[datetime]
    away: Mapped[bool] = mapped_column(default=False)


class ProfileRow(Table):
    """How much a staff member takes at one time, and who they are on Telegram."""

    __tablename__ = "staff_profiles"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    capacity: Mapped[int]
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class SkillRow(Table):
    """What a staff member answers for: an area, a business or a language."""

    __tablename__ = "staff_skills"
    __table_args__ = (UniqueConstraint("staff_id", "kind", "value"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(12))  # area, business, language
    value: Mapped[str] = mapped_column(String(40))


class ShiftRow(Table):
    """When somebody is on duty: `day` is mon … sun, workday, restday or a date; minutes count from local midnight."""

    __tablename__ = "shifts"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    day: Mapped[str] = mapped_column(String(10))
    begins: Mapped[int]
    ends: Mapped[int]  # equal to `begins`: off that day


class DeskNoticeRow(Table):
    """Something staff must be told: to one person, or to everybody of a role. Never seen by residents."""

    __tablename__ = "desk_notices"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    to_staff: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    to_role: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    dedupe: Mapped[str] = mapped_column(String(80), unique=True)
    seen_by: Mapped[str | None] = mapped_column(String(40))
    seen_at: Mapped[datetime | None]


class TopicRow(Table):
    """The forum topic of a conversation in the staff's Telegram group, and how far it has been told."""

    __tablename__ = "topics"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    told: Mapped[int] = mapped_column(default=0)  # position up to which the topic has everything
    shown: Mapped[str] = mapped_column(String(40), default="")  # owner the topic's name shows
    next_try_at: Mapped[datetime]
    updated_at: Mapped[datetime]
