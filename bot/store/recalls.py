"""Who was told what, and corrections on their way, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from bot.store.recall_tables import AnswerQuoteRow, RecallNoticeRow, RecallRow
from bot.store.tables import AnswerRow, ConversationRow, InboxRow


class RecallStore:
    """Repository of quotations, corrections and their notices."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Any) -> None:
        """Write a new row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def keep_quotes(self, answer: AnswerRow) -> None:
        """Make an answer findable by the versions it quoted."""
        versions = dict.fromkeys(map(str, answer.versions))
        self.session.add_all(AnswerQuoteRow(answer_id=answer.id, version=version) for version in versions)

    def newest_quote(self) -> int:
        """The id of the last quotation; 0 before the first."""
        return self.session.scalar(select(func.max(AnswerQuoteRow.id))) or 0

    def quoted(self) -> dict[str, tuple[int, datetime]]:
        """version → (answers that quoted it, when the last was given)."""
        rows = self.session.execute(
            select(AnswerQuoteRow.version, func.count(AnswerRow.id.distinct()), func.max(AnswerRow.given_at))
            .join(AnswerRow, AnswerRow.id == AnswerQuoteRow.answer_id)
            .group_by(AnswerQuoteRow.version)
        )
        return {version: (count, last) for version, count, last in rows}

    def told(self, versions: Sequence[str]) -> dict[str, int]:
        """version → residents who were told it, corrected or not; versions nobody was told are missing."""
        rows = self.session.execute(
            select(AnswerQuoteRow.version, func.count(AnswerRow.resident_id.distinct()))
            .join(AnswerRow, AnswerRow.id == AnswerQuoteRow.answer_id)
            .where(AnswerQuoteRow.version.in_(versions))
            .group_by(AnswerQuoteRow.version)
        )
        return {row[0]: row[1] for row in rows}

    def last_answers(self, path: str, versions: Sequence[str]) -> Sequence[AnswerRow]:
        """The last answer with one of these versions to each resident who has not been sent a correction of it since."""
        last = (
            select(func.max(AnswerRow.id))
            .join(AnswerQuoteRow, AnswerQuoteRow.answer_id == AnswerRow.id)
            .where(AnswerQuoteRow.version.in_(versions), ~_corrected(path))
            .group_by(AnswerRow.resident_id)
        )
        return self.session.scalars(select(AnswerRow).where(AnswerRow.id.in_(last)).order_by(AnswerRow.id.desc())).all()

    def conversation_for(self, answer: AnswerRow) -> str | None:
        """Where a question was asked; where that is not known, where its resident wrote last."""
        if answer.inbox_id is not None:
            return self.session.scalar(select(InboxRow.conversation_id).filter_by(id=answer.inbox_id))
        query = select(ConversationRow.id).filter_by(resident_id=answer.resident_id)
        return self.session.scalar(query.order_by(ConversationRow.updated_at.desc()).limit(1))

    def recall(self, recall_id: int, *, hold: bool = False) -> RecallRow | None:
        """A correction; `hold` keeps others from deciding on it until the transaction ends."""
        query = select(RecallRow).filter_by(id=recall_id)
        return self.session.scalar(query.with_for_update() if hold else query)

    def recalls(self, limit: int = 100) -> Sequence[RecallRow]:
        """The newest corrections, newest first."""
        return self.session.scalars(select(RecallRow).order_by(RecallRow.id.desc()).limit(limit)).all()

    def progress(self, recall_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """recall → (residents, of whom it was written to)."""
        rows = self.session.execute(
            select(RecallNoticeRow.recall_id, func.count(), func.count(RecallNoticeRow.sent_at))
            .where(RecallNoticeRow.recall_id.in_(recall_ids))
            .group_by(RecallNoticeRow.recall_id)
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def next_unsent(self) -> RecallNoticeRow | None:
        """The first notice that has not been written to its resident, held so that two workers never write one twice."""
        query = select(RecallNoticeRow).where(RecallNoticeRow.sent_at.is_(None)).order_by(RecallNoticeRow.id)
        return self.session.scalar(query.limit(1).with_for_update(skip_locked=True))


def _corrected(path: str) -> ColumnElement[bool]:
    """Whether a correction of this document has gone to the answer's resident after the answer."""
    return exists().where(
        RecallNoticeRow.recall_id == RecallRow.id,
        RecallRow.path == path,
        RecallNoticeRow.resident_id == AnswerRow.resident_id,
        RecallRow.decided_at >= AnswerRow.given_at,
    )
