"""What falls due, as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
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

    def stop_all(self, kinds: Collection[str], subject: str, now: datetime) -> None:
        """Let none of `kinds` fall due for `subject` any more."""
        self.session.execute(
            update(TimerRow)
            .where(TimerRow.kind.in_(kinds), TimerRow.subject == subject, TimerRow.done_at.is_(None))
            .values(done_at=now)
        )

    def stop(self, kind: str, subject: str, now: datetime) -> None:
        """Let it not fall due any more."""
        row = self.session.scalar(select(TimerRow).filter_by(kind=kind, subject=subject))
        if row is not None and row.done_at is None:
            row.done_at = now

    def due(self, now: datetime, kinds: Collection[str], limit: int = 20) -> Sequence[TimerRow]:
        """Timers of `kinds` that have fallen due; each is held by this transaction, so two workers never act on one."""
        return self.session.scalars(
            select(TimerRow)
            .where(TimerRow.done_at.is_(None), TimerRow.due_at <= now, TimerRow.kind.in_(kinds))
            .order_by(TimerRow.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()

    def coming(self, now: datetime, kinds: Collection[str], limit: int = 50) -> Sequence[tuple[int, str]]:
        """(id, subject) of timers of `kinds` that have fallen due, not held: whoever acts on one holds its subject first."""
        query = select(TimerRow.id, TimerRow.subject).where(
            TimerRow.done_at.is_(None), TimerRow.due_at <= now, TimerRow.kind.in_(kinds)
        )
        return [(row[0], row[1]) for row in self.session.execute(query.order_by(TimerRow.due_at).limit(limit))]

    def claim(self, timer_id: int, now: datetime) -> TimerRow | None:
        """A timer that is still due, held by this transaction and marked as done; None when another worker was quicker."""
        row = self.session.scalar(
            select(TimerRow).filter_by(id=timer_id).with_for_update().execution_options(populate_existing=True)
        )
        if row is None or row.done_at is not None or row.due_at > now:
            return None
        row.done_at = now
        return row
