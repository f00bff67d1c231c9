"""Mapped classes of caring for what residents are answered: checks before a publication, gaps, the lexicon; no behaviour."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table


class DraftCheckRow(Table):
    """The golden questions asked as if a draft were published already: the newest run of each draft."""

    __tablename__ = "draft_checks"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("knowledge_drafts.id"), unique=True)
    edition: Mapped[int]  # of the draft; another edition must be asked about anew
    stamp: Mapped[str] = mapped_column(String(80))  # of knowledge base and golden questions when it was asked
    state: Mapped[str] = mapped_column(String(12))  # running, done, failed
    asked: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it failed
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class AnswerChangeRow(Table):
    """A golden question that a draft answers otherwise, with what a person says to it."""

    __tablename__ = "answer_changes"
    __table_args__ = (UniqueConstraint("draft_id", "edition", "golden_id", "mark"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("knowledge_drafts.id"))
    edition: Mapped[int]
    golden_id: Mapped[int]  # the golden question may be gone by now
    question: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(String(40), default="")
    before: Mapped[dict[str, Any]]  # status, passages (document, article, title, quote), right
    after: Mapped[dict[str, Any]]
    mark: Mapped[str] = mapped_column(String(64))  # of the answer after: the same answer need not be accepted twice
    current: Mapped[bool] = mapped_column(default=True)  # found by the newest run
    verdict: Mapped[str] = mapped_column(String(12), default="open")  # open, accepted, refused
    decider: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]


class GapRow(Table):
    """A matter that residents asked about in vain, once somebody has taken it in hand."""

    __tablename__ = "knowledge_gaps"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the question: texts are too long to be unique
    question: Mapped[str] = mapped_column(Text)  # masked; other questions belong to it that mean the same
    state: Mapped[str] = mapped_column(String(12))  # open, assigned, answered, not_ours
    assignee: Mapped[str | None] = mapped_column(String(40))  # staff:<id>
    due_on: Mapped[date | None] = mapped_column(Date)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_drafts.id"))
    ways: Mapped[list[Any]] = mapped_column(default=list)  # the ways of asking that the draft was made for
    unanswered: Mapped[list[Any]] = mapped_column(default=list)  # those of them the published draft does not answer
    note: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    updated_by: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[datetime]


class LexiconRow(Table):
    """An everyday word that the office's own table changes; without official words it stands for itself only."""

    __tablename__ = "lexicon_entries"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    everyday: Mapped[str] = mapped_column(String(40), unique=True)
    official: Mapped[list[Any]] = mapped_column(default=list)


class LexiconChangeRow(Table):
    """Who changed the lexicon, from what to what. Written once; undoing is another change."""

    __tablename__ = "lexicon_changes"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    batch: Mapped[str] = mapped_column(String(32), index=True)  # changes made with one press of a button
    everyday: Mapped[str] = mapped_column(String(40))
    before: Mapped[list[Any]]
    after: Mapped[list[Any]]
    kind: Mapped[str] = mapped_column(String(12))  # edited, imported, undone
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
