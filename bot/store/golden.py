"""Golden questions, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.golden_tables import GoldenRow


class GoldenStore:
    """Repository of golden questions."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: GoldenRow) -> None:
        """Write a new row and learn its id."""
        self.session.add(row)
        self.session.flush()

    def remove(self, row: GoldenRow) -> None:
        """Ask this question no more."""
        self.session.delete(row)

    def one(self, golden_id: int) -> GoldenRow | None:
        """A golden question by its id."""
        return self.session.get(GoldenRow, golden_id)

    def same(self, question: str, region: str) -> GoldenRow | None:
        """The same question for the same place."""
        return self.session.scalar(select(GoldenRow).filter_by(question=question, region=region))

    def any(self) -> bool:
        """Whether there is a golden question."""
        return self.session.scalar(select(GoldenRow.id).limit(1)) is not None

    def all(self) -> Sequence[GoldenRow]:
        """All golden questions, oldest first."""
        return self.session.scalars(select(GoldenRow).order_by(GoldenRow.id)).all()
