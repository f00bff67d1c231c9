"""What falls due, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.tables import TimerRow


class TimerStore:
    """Repository of timers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def set(self, kind: str, subject: str, due_at: datetime) -> None:
        """Let `kind` fall due for `subject` at `due_at`, instead of any earlier time."""
        row = self.session.scalar(select(TimerRow).filter_by(kind=kind, subject=subject))
        if row is None:
            self.session.add(TimerRow(kind=kind, subject=subject, due_at=due_at))
        else:
            row.due_at, row.done_at = due_at, None

    def stop(self, kind: str, subject: str, now: datetime) -> None:
        """Let it not fall due any more."""
        row = self.session.scalar(select(TimerRow).filter_by(kind=kind, subject=subject))
        if row is not None and row.done_at is None:
            row.done_at = now

    def due(self, now: datetime, limit: int = 20) -> Sequence[TimerRow]:
        """Timers that have fallen due; each is held by this transaction, so two workers never act on one."""
        return self.session.scalars(
            select(TimerRow)
            .where(TimerRow.done_at.is_(None), TimerRow.due_at <= now)
            .order_by(TimerRow.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
