"""Reading the audit: searched, exported, and verified as a chain that nobody has touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.audit import link
from bot.store.database import Database, Work
from bot.store.tables import AuditRow

EXPORT_AT_MOST = 20_000


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit as a person reads it. `actor` is a name, `who` the account."""

    id: int
    at: datetime
    actor: str
    who: str
    action: str
    subject: str
    purpose: str
    detail: str


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds. `broken_at` is the first line that does not fit; None with `broken` True: lines are missing."""

    links: int
    head: str
    broken: bool
    broken_at: int | None = None
    noted: bool = True  # the hash somebody noted earlier is in the chain


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means anything."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class Auditing:
    """Looks at the audit. Looking is written down too."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def search(self, wanted: Wanted, limit: int = 100) -> list[AuditLine]:
        """Lines that fit, newest first."""
        with self.database.reading() as work:
            rows = work.audits.search(**vars(wanted), limit=limit)
            names = {f"staff:{row.id}": row.name for row in work.staff.all()}
            return [_line(row, names) for row in rows]

    def export(self, wanted: Wanted, by: StaffView) -> list[AuditLine]:
        """The same for a file; that it was taken is a line of its own."""
        lines = self.search(wanted, EXPORT_AT_MOST)
        now = self.clock.now()
        self.database.run(lambda work: work.staff.audit(by.owner, "audit_exported", "audit", now, lines=len(lines)))
        return lines

    def verify(self, noted: str | None = None, progress: Callable[[int], None] | None = None) -> Verdict:
        """Every link against the one before it, and the last against the end that is kept apart.

        `noted`: a hash of an earlier day, kept outside of the database; it must be one of the chain.
        """
        with self.database.reading() as work:
            return self._verify(work, noted, progress or (lambda _: None))

    @staticmethod
    def _verify(work: Work, noted: str | None, progress: Callable[[int], None]) -> Verdict:
        length, head = work.audits.head()
        before, count, met = "", 0, noted in (None, "")
        for row in work.audits.links():
            count += 1
            if row.hash != link(before, row):
                return Verdict(count, head, broken=True, broken_at=row.id, noted=met)
            before = row.hash
            met = met or before == noted
            progress(count)
        return Verdict(count, head, broken=(count, before) != (length, head), noted=met)


def _line(row: AuditRow, names: dict[str, str]) -> AuditLine:
    detail = {key: value for key, value in row.detail.items() if key != "purpose" and value not in (None, "", [], {})}
    return AuditLine(
        row.id, row.at, names.get(row.actor, "系统" if row.actor == "system" else row.actor), row.actor, row.action,
        row.subject, str(row.detail.get("purpose") or ""), "；".join(f"{key} {_plain(value)}" for key, value in detail.items()),
    )  # fmt: skip


def _plain(value: object) -> str:
    return "、".join(str(item) for item in value) if isinstance(value, list) else str(value)
