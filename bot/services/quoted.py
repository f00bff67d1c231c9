"""How often what was quoted: answers by the document whose passages they show, statutes as well as own texts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.database import Work
from knowledge.errors import KnowledgeError
from knowledge.model import Passage
from knowledge.store import Store


@dataclass(frozen=True)
class Quotes:
    """How many answers quoted a document, and when the last one did."""

    count: int = 0
    last_at: datetime | None = None


NEVER = Quotes()


class Quoted:
    """Looks up; changes nothing. To which document a passage version belongs never changes and is remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._documents: dict[str, str] = {}
        self._counted: tuple[int, dict[str, Quotes]] | None = None  # up to the newest quotation
        self._lock = threading.Lock()

    def by_document(self, work: Work) -> Mapping[str, Quotes]:
        """path → quotations; documents never quoted are missing. An answer that quotes two passages of one counts twice."""
        newest = work.recalls.newest_quote()
        with self._lock:
            if self._counted and self._counted[0] == newest:
                return self._counted[1]
        quoted = work.recalls.quoted()
        documents, found = self._documents_of(quoted), dict[str, Quotes]()
        for version, (count, last_at) in quoted.items():
            path = documents.get(version)
            if path:
                known = found.get(path, NEVER)
                found[path] = Quotes(known.count + count, max(known.last_at or last_at, last_at))
        with self._lock:
            self._counted = (newest, found)
        return found

    def passages(self, work: Work, path: str) -> list[Passage]:
        """Everything of a document that was ever quoted, in the order of its versions' names; the base is asked anew."""
        documents = self._documents_of(work.recalls.quoted())
        wanted = [version for version, document in documents.items() if document == path]
        return sorted(self._read(wanted), key=lambda passage: (passage.article, passage.version))

    def _documents_of(self, versions: Iterable[str]) -> dict[str, str]:
        wanted = list(versions)
        with self._lock:
            new = [version for version in wanted if version not in self._documents]
            self._documents |= {passage.version: passage.document for passage in self._read(new)}
            return {version: self._documents[version] for version in wanted if version in self._documents}

    def _read(self, versions: Iterable[str]) -> list[Passage]:
        wanted = list(versions)
        if not wanted:
            return []
        try:
            store = Store(self.folder)
        except KnowledgeError:  # not built yet: nothing is known of what was quoted
            return []
        try:
            return [passage for version in wanted if (passage := store.passage(version))]
        finally:
            store.close()
