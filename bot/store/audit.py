"""The audit: who did what, as links of a chain. Whoever changes or removes a link breaks every later one.

A link's hash is the SHA-256 of the hash before it and its own words. The end of the chain is one row that whoever writes
holds until the transaction ends, so that links of two transactions never mix. It is written last of all in a transaction:
held shortly, and no other row is waited for while it is held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.store.desk_tables import AuditHeadRow
from bot.store.tables import AuditRow

HEAD = 1
#: Rows read at once while the chain is verified.
BATCH = 1000


class AuditStore:
    """Repository of the audit. `write` keeps rows until `finish`, which the transaction calls before it commits."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._waiting: list[AuditRow] = []

    def write(self, actor: str, action: str, subject: str, at: datetime, detail: dict[str, Any]) -> None:
        """Write down who did what to what; `detail` holds no personal data."""
        self._waiting.append(AuditRow(at=at, actor=actor, action=action, subject=subject, detail=detail))

    def finish(self) -> None:
        """Put what was written at the end of the chain."""
        if not self._waiting:
            return
        head = self._head()
        for row in self._waiting:
            row.hash = head.hash = link(head.hash, row)
            head.length += 1
            self.session.add(row)
            self.session.flush()  # one by one: ids must rise along the chain
        self._waiting.clear()

    def head(self) -> tuple[int, str]:
        """How many links the chain has, and the hash of the last."""
        row = self.session.get(AuditHeadRow, HEAD)
        return (row.length, row.hash) if row else (0, "")

    def links(self) -> Iterator[AuditRow]:
        """The chain from its first link to its last."""
        last = 0
        while rows := self.session.scalars(
            select(AuditRow).where(AuditRow.id > last, AuditRow.hash.is_not(None)).order_by(AuditRow.id).limit(BATCH)
        ).all():
            yield from rows
            last = rows[-1].id

    def search(
        self, *, actor: str = "", action: str = "", subject: str = "", since: datetime | None = None,
        until: datetime | None = None, before: int | None = None, limit: int = 100,
    ) -> Sequence[AuditRow]:  # fmt: skip
        """Rows that fit every condition given, newest first; `action` may be a beginning, `subject` what it lies in."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if actor:
            query = query.filter_by(actor=actor)
        if action:
            query = query.where(AuditRow.action.startswith(action, autoescape=True))
        if subject:
            within = AuditRow.subject.startswith(f"{subject}:", autoescape=True)  # a message of a conversation
            query = query.where(or_(AuditRow.subject == subject, within))
        if since is not None:
            query = query.where(AuditRow.at >= since)
        if until is not None:
            query = query.where(AuditRow.at < until)
        if before is not None:
            query = query.where(AuditRow.id < before)
        return self.session.scalars(query).all()

    def _head(self) -> AuditHeadRow:
        row = self.session.scalar(
            select(AuditHeadRow).filter_by(id=HEAD).with_for_update().execution_options(populate_existing=True)
        )
        if row is None:
            row = AuditHeadRow(id=HEAD, length=0, hash="")
            self.session.add(row)
        return row


def link(before: str, row: AuditRow) -> str:
    """The hash of a row behind another."""
    facts = [before, row.at.isoformat(timespec="microseconds"), row.actor, row.action, row.subject, row.detail]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
