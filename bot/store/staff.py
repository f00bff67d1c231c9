"""Accounts, sessions, second factors and scopes of the desk. Passwords and session tokens arrive here as hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.store.audit import AuditStore
from bot.store.desk_tables import StaffFactorRow, StaffScopeRow
from bot.store.tables import AuditRow, StaffRow, StaffSessionRow


class StaffStore:
    """Repository of staff, their sessions and what they did."""

    def __init__(self, session: Session, audits: AuditStore) -> None:
        self.session, self.audits = session, audits

    def add(self, row: StaffRow) -> StaffRow:
        """Write a new account and learn its id; the login must be free."""
        self.session.add(row)
        self.session.flush()
        return row

    def by_id(self, staff_id: int) -> StaffRow | None:
        """An account by its id."""
        return self.session.get(StaffRow, staff_id)

    def by_login(self, login: str) -> StaffRow | None:
        """An account by its login."""
        return self.session.scalar(select(StaffRow).filter_by(login=login))

    def locked(self, login: str) -> StaffRow | None:
        """An account with its row held, so that two attempts to sign in are counted as two."""
        return self.session.scalar(
            select(StaffRow).filter_by(login=login).with_for_update().execution_options(populate_existing=True)
        )

    def all(self) -> Sequence[StaffRow]:
        """All accounts: active ones first, then by id."""
        return self.session.scalars(select(StaffRow).order_by(StaffRow.active.desc(), StaffRow.id)).all()

    def open_session(self, row: StaffSessionRow) -> None:
        """Remember a signed-in browser, and forget those whose time is over."""
        self.session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires_at <= row.created_at))
        self.session.add(row)
        self.session.flush()

    def session_of(self, token_hash: str, now: datetime) -> tuple[StaffSessionRow, StaffRow] | None:
        """A session whose time is not over, with its active account; one that still owes its code is found too."""
        found = self.session.execute(
            select(StaffSessionRow, StaffRow)
            .join(StaffRow, StaffRow.id == StaffSessionRow.staff_id)
            .where(StaffSessionRow.id == token_hash, StaffSessionRow.expires_at > now, StaffRow.active)
        ).first()
        return (found[0], found[1]) if found else None

    def seen(self, staff_id: int, session_id: str, at: datetime) -> None:
        """Remember when an account was last at the desk, and in which browser."""
        self.session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(seen_at=at))
        self.session.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(seen_at=at))

    def sessions_of(self, staff_id: int, now: datetime) -> Sequence[StaffSessionRow]:
        """The signed-in browsers of an account, newest first."""
        return self.session.scalars(
            select(StaffSessionRow)
            .where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.expires_at > now, ~StaffSessionRow.pending)
            .order_by(StaffSessionRow.created_at.desc())
        ).all()

    def end_session(self, token_hash: str) -> None:
        """Forget one signed-in browser."""
        self.session.execute(delete(StaffSessionRow).where(StaffSessionRow.id == token_hash))

    def end_sessions_of(self, staff_id: int) -> None:
        """Forget every signed-in browser of an account."""
        self.session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id))

    def end_pending_of(self, staff_id: int) -> None:
        """Forget the browsers that owe a code."""
        self.session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.pending))

    def factor(self, staff_id: int) -> StaffFactorRow | None:
        """The second factor of an account, begun or in use."""
        return self.session.get(StaffFactorRow, staff_id)

    def with_factor(self) -> frozenset[int]:
        """Accounts whose second factor is in use."""
        used = select(StaffFactorRow.staff_id).where(StaffFactorRow.confirmed_at.is_not(None))
        return frozenset(self.session.scalars(used))

    def keep_factor(self, row: StaffFactorRow) -> None:
        """Begin a second factor; one that was begun or in use before is forgotten."""
        self.drop_factor(row.staff_id)
        self.session.add(row)
        self.session.flush()

    def drop_factor(self, staff_id: int) -> None:
        """Forget a second factor."""
        self.session.execute(delete(StaffFactorRow).where(StaffFactorRow.staff_id == staff_id))

    def bounds(self, staff_id: int | None = None) -> Sequence[StaffScopeRow]:
        """The bounds of an account, or of all."""
        query = select(StaffScopeRow).order_by(StaffScopeRow.kind, StaffScopeRow.code)
        return self.session.scalars(query if staff_id is None else query.filter_by(staff_id=staff_id)).all()

    def bind(self, staff_id: int, bounds: Sequence[tuple[str, str]]) -> None:
        """Give an account these (kind, code) bounds and no others."""
        self.session.execute(delete(StaffScopeRow).where(StaffScopeRow.staff_id == staff_id))
        self.session.add_all(StaffScopeRow(staff_id=staff_id, kind=kind, code=code) for kind, code in bounds)
        self.session.flush()

    def audit(self, actor: str, action: str, subject: str, at: datetime, **detail: Any) -> None:
        """Write down who did what to what; `detail` holds no personal data."""
        self.audits.write(actor, action, subject, at, detail)

    def audit_of(self, subject: str, limit: int = 50) -> Sequence[AuditRow]:
        """What was done to a subject, newest first."""
        return self.session.scalars(select(AuditRow).filter_by(subject=subject).order_by(AuditRow.id.desc()).limit(limit)).all()
