"""Mapped classes of what residents settle for themselves: how they like to be spoken to, proof of who they are, copies of
their data, bookings, mediation; no behaviour.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table


class PreferenceRow(Table):
    """How a resident likes to be spoken to. No row: as everybody."""

    __tablename__ = "preferences"
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), primary_key=True)
    elder: Mapped[bool] = mapped_column(default=False)  # 长辈模式: numbers to answer with, short words
    slow: Mapped[bool] = mapped_column(default=False)  # one sentence a message, slow reading
    traditional: Mapped[bool] = mapped_column(default=False)  # writes traditional characters, and is answered in them
    changed_at: Mapped[datetime]


class IdentityCheckRow(Table):
    """Whether somebody who asks for a resident's data has shown who they are, and how often they were wrong."""

    __tablename__ = "identity_checks"
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), primary_key=True)
    code: Mapped[str | None] = mapped_column(String(8))  # to be typed back, where there is no telephone number to ask for
    wrong: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    passed_until: Mapped[datetime | None]


class ExportRow(Table):
    """A copy of a resident's data, encrypted, until it expires."""

    __tablename__ = "exports"
    __table_args__ = (UniqueConstraint("inbox_id", "name"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))  # the message that asked for it
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(60))
    ciphertext: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class BookingRow(Table):
    """A visit or a turn at the window: a place in one period of one day, held by a case."""

    __tablename__ = "bookings"
    __table_args__ = (UniqueConstraint("service", "day", "period", "seat"),)  # no more than there are seats, whoever is quicker
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    service: Mapped[str] = mapped_column(String(20))  # a row of data/district/bookings.csv
    day: Mapped[date] = mapped_column(Date)
    period: Mapped[str] = mapped_column(String(12))  # a row of data/district/periods.csv
    seat: Mapped[int | None]  # from 1 to the service's capacity; None: cancelled
    status: Mapped[str] = mapped_column(String(12), default="booked")  # booked, cancelled
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class MediationRow(Table):
    """A request for mediation: who asked agreed to it; the other side is asked by the mediator, never by the bot."""

    __tablename__ = "mediations"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    consented_at: Mapped[datetime]  # the asker's own consent
    other_side: Mapped[str] = mapped_column(String(12), default="not_asked")  # not_asked, agreed, refused
    closed_door: Mapped[bool] = mapped_column(default=True)  # confidential unless both sides want it otherwise
