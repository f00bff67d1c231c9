"""Mapped classes of the desk's own things: second factors, scopes, replies, macros, labels, saved lists, hand-over notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table


class StaffFactorRow(Table):
    """The second factor of an account: the secret of its one-time passwords, encrypted, and its unused recovery codes."""

    __tablename__ = "staff_factors"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(Text)  # encrypted with the vault's key
    confirmed_at: Mapped[datetime | None]  # None: begun, and the first code has not been typed yet
    last_step: Mapped[int] = mapped_column(Key, default=0)  # the 30 seconds a code was last taken from: no code counts twice
    recovery: Mapped[list[Any]] = mapped_column(default=list)  # SHA-256 of the codes not used yet


class StaffScopeRow(Table):
    """A bound on what an account sees: an area, a 大类 or a unit. Without a row of a kind there is no bound of that kind."""

    __tablename__ = "staff_scopes"
    __table_args__ = (UniqueConstraint("staff_id", "kind", "code"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # area, major, unit
    code: Mapped[str] = mapped_column(String(40))


class AuditHeadRow(Table):
    """The end of the audit's chain: one row, held by whoever writes the next link."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    length: Mapped[int] = mapped_column(Key)
    hash: Mapped[str] = mapped_column(String(64))


class CannedRow(Table):
    """A reply kept for use: found by its shortcut or title, with blanks the conversation fills."""

    __tablename__ = "canned_replies"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    major: Mapped[str | None] = mapped_column(String(40))  # only for this 大类
    status: Mapped[str | None] = mapped_column(String(20))  # only where the newest case has this status
    used: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


class MacroRow(Table):
    """Several acts under one name, checked together and done together."""

    __tablename__ = "macros"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    steps: Mapped[list[Any]]  # [{"do": "reply", "text": …}, …]: see services/macros.py
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


class LabelRow(Table):
    """A word staff have put on a conversation."""

    __tablename__ = "conversation_labels"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    label: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


class SavedListRow(Table):
    """A list of cases one person looks at often: the filters of its address under a name of their own."""

    __tablename__ = "saved_lists"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(20))
    query: Mapped[str] = mapped_column(String(400))  # as in the address: list=open&unit=U-CG
    at: Mapped[datetime]


class ShiftNoteRow(Table):
    """What one shift leaves for the next; gone from the desk once somebody has dealt with it."""

    __tablename__ = "shift_notes"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    author: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    done_by: Mapped[str | None] = mapped_column(String(40))
    done_at: Mapped[datetime | None]


class CorrectionRow(Table):
    """What the machine took a message for and what it was, as staff corrected it: material to learn categories from."""

    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    case_number: Mapped[str | None] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)  # masked
    guessed: Mapped[str] = mapped_column(String(40))  # category code
    right: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
