"""Bring the knowledge base up to the tables: what is published answers, what is withdrawn or over does not.

The tables are the truth. A sweep compares them with what the knowledge base holds and writes the difference, so that it
does not matter who killed what between a publication and here, or who imported the shipped articles again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import structlog

from bot.services.editing_rows import local_day
from bot.services.ports import Clock
from bot.services.shipped import Shipped
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDocumentRow
from knowledge.encoder import Encoder
from knowledge.errors import BadFile, Busy, KnowledgeError, NotBuilt
from knowledge.importing import publish, read_document, withdraw
from knowledge.store import Store

log = structlog.get_logger()
OFF = "off"  # in `applied`: residents are not answered from this document


@dataclass(frozen=True)
class Wanted:
    """What the knowledge base is to hold of a document: a text, or nothing."""

    document_id: int
    path: str
    text: str | None
    applied: str


class Releases:
    """Writes publications into the knowledge base."""

    def __init__(
        self, database: Database, clock: Clock, shipped: Shipped, folder: Path, encoder: Callable[[], Encoder]
    ) -> None:  # fmt: skip
        self.database, self.clock, self.shipped = database, clock, shipped
        self.folder, self.encoder = folder, encoder

    def once(self) -> int:
        """Write what is missing; answers how many documents. Nothing is lost when another import is at work: 0."""
        held = self._held()
        behind = [wanted for wanted in self.database.run(self._wanted) if not _is_there(wanted, held.get(wanted.path))]
        refused = {one.document_id: reason for one in behind if one.text and (reason := _unreadable(one.path, one.text))}
        put = [(one.path, one.text.encode()) for one in behind if one.text and one.document_id not in refused]
        out = [one.path for one in behind if one.text is None and held.get(one.path, ("", False))[1]]
        try:
            if put:
                publish(self.folder, put, self.encoder())
            if out:
                withdraw(self.folder, out, self.encoder())
        except Busy:
            return 0
        except KnowledgeError as error:
            log.warning("knowledge base not written", reason=str(error))
            return 0
        if behind:
            self._remember(behind, refused)
        return len(behind) - len(refused)

    def _held(self) -> dict[str, tuple[str, bool]]:
        """path → (digest, answers) of everything the knowledge base has ever held."""
        try:
            store = Store(self.folder)
        except NotBuilt:
            return {}
        try:
            return {path: (known.digest, known.current) for path, known in store.known().items()}
        finally:
            store.close()

    def _wanted(self, work: Work) -> list[Wanted]:
        today = local_day(self.clock.now())
        return [wanted for row in work.knowledge.documents() if (wanted := self._of(work, row, today))]

    def _of(self, work: Work, row: KnowledgeDocumentRow, today: date) -> Wanted | None:
        """None where the desk has no say: a draft nobody has published yet, or a text the base refused."""
        if row.refused:
            return None
        if row.withdrawn or (row.live_version and row.valid_to and row.valid_to < today):
            return Wanted(row.id, row.path, None, row.applied)
        if row.live_version:
            version = work.knowledge.version(row.id, row.live_version)
            return Wanted(row.id, row.path, version.text if version else None, row.applied)
        text = self.shipped.text(row.path)  # a shipped text that was withdrawn and brought back
        return Wanted(row.id, row.path, text, row.applied) if text and row.applied == "" and row.applied_at else None

    def _remember(self, behind: list[Wanted], refused: dict[int, str]) -> None:
        held, now = self._held(), self.clock.now()
        self.database.run(lambda work: _write_down(work, behind, refused, held, now))


def _is_there(wanted: Wanted, held: tuple[str, bool] | None) -> bool:
    if wanted.text is None:
        return wanted.applied == OFF and not (held and held[1])
    return held is not None and held[1] and wanted.applied == held[0]


def _unreadable(path: str, text: str) -> str:
    try:
        read_document(path, text.encode())
    except BadFile as error:
        return error.reason
    return ""


def _write_down(
    work: Work, behind: list[Wanted], refused: dict[int, str], held: dict[str, tuple[str, bool]], now: datetime
) -> None:  # fmt: skip
    for wanted in behind:
        row = work.knowledge.document(wanted.document_id, hold=True)
        if row is None or row.applied != wanted.applied:  # published again meanwhile: the next sweep
            continue
        row.refused = refused.get(wanted.document_id, "")
        if not row.refused:
            row.applied = OFF if wanted.text is None else held.get(wanted.path, ("", False))[0]
            row.applied_at = now
