"""What people type at the desk, made safe to store: control characters and broken characters go, lengths are checked."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path, Query

from bot.cases.errors import Invalid

REPLY_AT_MOST = 4000
KEPT = "\n\t\u200d"  # the last one holds the parts of an emoji together

ConversationId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="会话编号")]
CaseNumber = Annotated[str, Path(pattern=r"^JF[0-9]{8}-[0-9]{4,8}$", description="工单编号")]
Position = Annotated[int, Path(ge=1, le=2**31 - 1, description="消息在会话中的序号")]
RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Field = Annotated[str, Form()]
Search = Annotated[str, Query(max_length=200)]


def clean(text: str) -> str:
    """Without control characters (line breaks and tabs stay), lone surrogates and blanks at the ends."""
    readable = text.replace("\r\n", "\n").encode("utf-8", "ignore").decode("utf-8")
    return "".join(char for char in readable if char in KEPT or char.isprintable() or char == "\u3000").strip()


def needed(field: str, text: str, most: int) -> str:
    """Clean text of 1 to `most` characters. Raises Invalid."""
    tidy = clean(text)
    if not 1 <= len(tidy) <= most:
        raise Invalid(field, limit=str(most))
    return tidy


def optional(field: str, text: str, most: int) -> str:
    """Clean text of at most `most` characters, or nothing. Raises Invalid."""
    tidy = clean(text)
    if len(tidy) > most:
        raise Invalid(field, limit=str(most))
    return tidy
