"""Checks before a publication, gaps in hand and the lexicon, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.store.care_tables import AnswerChangeRow, DraftCheckRow, GapRow, LexiconChangeRow, LexiconRow
from bot.store.knowledge_tables import KnowledgeDraftRow


class CareStore:
    """Repository of what people decide about answers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Any) -> None:
        """Write a new row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def check(self, draft_id: int) -> DraftCheckRow | None:
        """The newest check of a draft."""
        return self.session.scalar(select(DraftCheckRow).filter_by(draft_id=draft_id))

    def set_progress(self, draft_ids: Sequence[int], asked: int) -> None:
        """How far a running check is."""
        self.session.execute(update(DraftCheckRow).where(DraftCheckRow.draft_id.in_(draft_ids)).values(asked=asked))

    def approved(self) -> Sequence[KnowledgeDraftRow]:
        """Drafts that a second person has let pass and that are not published yet, the oldest first."""
        query = (
            select(KnowledgeDraftRow).filter_by(state="approved").order_by(KnowledgeDraftRow.publish_at, KnowledgeDraftRow.id)
        )
        return self.session.scalars(query).all()

    def changes(self, draft_id: int, edition: int) -> Sequence[AnswerChangeRow]:
        """Answers that an edition of a draft changes, as its newest check found them."""
        query = select(AnswerChangeRow).filter_by(draft_id=draft_id, edition=edition, current=True)
        return self.session.scalars(query.order_by(AnswerChangeRow.id)).all()

    def change(self, change_id: int) -> AnswerChangeRow | None:
        """One changed answer, held until the transaction ends."""
        return self.session.scalar(select(AnswerChangeRow).filter_by(id=change_id).with_for_update())

    def same_change(self, draft_id: int, edition: int, golden_id: int, mark: str) -> AnswerChangeRow | None:
        """The same answer of the same draft, found by a check before."""
        return self.session.scalar(
            select(AnswerChangeRow).filter_by(draft_id=draft_id, edition=edition, golden_id=golden_id, mark=mark)
        )

    def forget_changes(self, draft_id: int) -> None:
        """What a check before found does not count any more; what was said to it is kept."""
        self.session.execute(update(AnswerChangeRow).where(AnswerChangeRow.draft_id == draft_id).values(current=False))

    def verdicts(self) -> dict[int, dict[str, int]]:
        """draft → verdict → how many of its changed answers have it, of approved drafts."""
        rows = self.session.execute(
            select(AnswerChangeRow.draft_id, AnswerChangeRow.verdict, func.count())
            .join(KnowledgeDraftRow, KnowledgeDraftRow.id == AnswerChangeRow.draft_id)
            .where(
                KnowledgeDraftRow.state == "approved",
                AnswerChangeRow.current,
                AnswerChangeRow.edition == KnowledgeDraftRow.edition,
            )
            .group_by(AnswerChangeRow.draft_id, AnswerChangeRow.verdict)
        )
        found: dict[int, dict[str, int]] = {}
        for draft_id, verdict, count in rows:
            found.setdefault(draft_id, {})[verdict] = count
        return found

    def gaps(self) -> Sequence[GapRow]:
        """All gaps somebody has taken in hand, the oldest first."""
        return self.session.scalars(select(GapRow).order_by(GapRow.id)).all()

    def gap(self, gap_id: int) -> GapRow | None:
        """A gap, held until the transaction ends."""
        return self.session.scalar(select(GapRow).filter_by(id=gap_id).with_for_update())

    def gap_marked(self, mark: str) -> GapRow | None:
        """The gap of a question."""
        return self.session.scalar(select(GapRow).filter_by(mark=mark).with_for_update())

    def lexicon(self) -> Sequence[LexiconRow]:
        """What the office's own table changes."""
        return self.session.scalars(select(LexiconRow).order_by(LexiconRow.everyday)).all()

    def word(self, everyday: str) -> LexiconRow | None:
        """What the office's own table says of a word."""
        return self.session.scalar(select(LexiconRow).filter_by(everyday=everyday).with_for_update())

    def forget_word(self, everyday: str) -> None:
        """The office's own table says nothing of a word any more."""
        self.session.execute(delete(LexiconRow).where(LexiconRow.everyday == everyday))

    def lexicon_changes(self, limit: int) -> Sequence[LexiconChangeRow]:
        """The newest changes of the lexicon, newest first."""
        return self.session.scalars(select(LexiconChangeRow).order_by(LexiconChangeRow.id.desc()).limit(limit)).all()

    def lexicon_batch(self, batch: str) -> Sequence[LexiconChangeRow]:
        """What was changed with one press of a button."""
        return self.session.scalars(select(LexiconChangeRow).filter_by(batch=batch).order_by(LexiconChangeRow.id)).all()
