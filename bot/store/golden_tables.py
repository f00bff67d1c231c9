"""Mapped class of golden questions: what the knowledge base must go on answering; no behaviour."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table


class GoldenRow(Table):
    """A question with what must come of it. `document` and `article` are empty where nothing may be cited."""

    __tablename__ = "golden_questions"
    __table_args__ = (UniqueConstraint("question", "region"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    question: Mapped[str] = mapped_column(Text)  # masked
    region: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date | None] = mapped_column(Date)  # None: the day it is asked
    expected: Mapped[str] = mapped_column(String(12))  # answered, clarify, abstained
    document: Mapped[str] = mapped_column(String(300), default="")
    article: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    author: Mapped[str] = mapped_column(String(40))  # staff:<id>
    kept_at: Mapped[datetime]
