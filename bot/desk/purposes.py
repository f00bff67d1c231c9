"""What for somebody looks at personal data: chosen from a table, written into the audit."""

from __future__ import annotations

from pydantic import BaseModel, Field

from bot.cases.errors import Invalid
from bot.desk.inputs import clean
from bot.desk.words import word

#: Their labels stand in `words.csv`; `other` wants a few words of its own.
PURPOSES = ("contact", "file", "emergency", "callback", "review", "other")
NOTE_AT_MOST = 60


class Purpose(BaseModel):
    """查看个人信息的用途，会记入审计。"""

    purpose: str = Field("", max_length=20, description="、".join(PURPOSES))
    note: str = Field("", max_length=200, description="用途是 other 时必填")


def said(given: Purpose) -> str:
    """The purpose in words, as the audit keeps it. Raises Invalid for none."""
    note = clean(given.note)
    if given.purpose not in PURPOSES or len(note) > NOTE_AT_MOST or (given.purpose == "other" and not note):
        raise Invalid("purpose")
    label = "其他" if given.purpose == "other" else word("purpose", given.purpose)
    return f"{label}：{note}" if note else label
