"""A question in, an answer out: quotations with their source, a question back, or an honest "I don't know".

This is the package's public face. Nothing here writes; nothing logs what was asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from knowledge import composing
from knowledge.clock import today
from knowledge.encoder import Encoder, open_encoder
from knowledge.errors import KnowledgeError
from knowledge.fields import of_topic
from knowledge.finding import Asked, Finding, find
from knowledge.importers.articles import BASIS_SECTION
from knowledge.index import Bools, Index
from knowledge.model import ARTICLE, Passage
from knowledge.place import asked_region, place_decides
from knowledge.publishing import CURRENT, FOLDER
from knowledge.reading import Reading, reading
from knowledge.regions import Region
from knowledge.store import Store
from knowledge.text import even, words
from knowledge.timing import asked_day
from knowledge.versions import Versions

Status = Literal["answered", "clarify", "abstained"]
PATIENCE = 1.0  # seconds a question waits for a new generation that another one is loading
LONGEST_QUESTION = 500  # characters; more is no question
CLEAR = 1.2  # times the threshold: so sure of a national text that no place is asked for


@dataclass(frozen=True)
class Citation:
    """A quotation with all that is needed to look it up. `in_force` and `until` are ISO dates."""

    document: str
    article: str
    quote: str
    version: str
    title: str
    number: str | None
    issuer: str | None
    region: str
    in_force: str | None
    until: str | None = None  # the last day of a version that is over
    now: str | None = None  # the version of the passage that holds today in place of one that is over


@dataclass(frozen=True)
class Ranked:
    """One passage that was considered, best first in `Answer.ranked`."""

    document: str
    article: str
    score: float
    title: str
    version: str


@dataclass(frozen=True)
class Answer:
    """What came out. `confidence` is the fitted probability (0 to 1) that the first passage answers."""

    status: Status
    text: str
    confidence: float
    citations: tuple[Citation, ...]
    ranked: tuple[Ranked, ...]
    choices: tuple[str, ...]
    reason: str
    ms: float


class KnowledgeBase:
    """A knowledge base opened for reading. Thread-safe; a new build is picked up at the next question."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder, self.encoder = folder, encoder
        self._store = Store(folder)
        self._index: Index | None = None
        self._versions: tuple[Index, Versions] | None = None
        self._seen: int = -1
        self._loading, self._reading = threading.Lock(), threading.Lock()

    @classmethod
    def open(cls, folder: Path, *, model: str | None = None) -> KnowledgeBase:
        """Open the knowledge base in `folder`; cheap, nothing is loaded yet.

        `model` names another encoder than the embedded one; it must be the one of the import. Raises KnowledgeError.
        """
        return cls(folder, open_encoder(folder.parent / "encoder", model))

    def beside(self, folder: Path) -> KnowledgeBase:
        """Another base with the same encoder; what both hold is in memory once."""
        other = KnowledgeBase(folder, self.encoder)
        other._index = self.index()  # its own is loaded at its first question, from this one
        return other

    def close(self) -> None:
        """Let go of the texts; only for a base that nobody asks any more."""
        self._store.close()

    def warm_up(self) -> None:
        """Load index and encoder, so that the first question is as quick as any other."""
        self.ask("居住证怎么办")

    def passage(self, version: str) -> Passage | None:
        """The passage an answer once quoted, also when the text has changed since; None for an unknown version."""
        with self._reading:
            return self._store.passage(version)

    def reading(self, version: str) -> Reading | None:
        """A quoted passage with its neighbours, its period and its other versions; None for an unknown version."""
        passage = self.passage(version)
        return reading(passage, self.versions(), self.passages_of, today()) if passage else None

    def ask(
        self,
        question: str,
        *,
        region: str | None = None,
        on: date | None = None,
        topic: str | None = None,
        before: str = "",
    ) -> Answer:
        """Answer a resident's question.

        `region` is where the resident lives, as people write it (上海, 山东省青岛市); a place named in the question
        counts too. `on` is the day the rules must hold; where it is None, the day the question itself names, else
        today. `topic` is the document a question leans on that names no matter of its own (那要带什么), `before` what
        was asked before it: searched together where the document has no such field.
        """
        started = time.perf_counter()
        index = self.index()
        leaning = even(question[:LONGEST_QUESTION])
        text = even(f"{before[:LONGEST_QUESTION]} {leaning}")
        place = asked_region(leaning if asked_region(leaning, None) else text, region)
        day = on or asked_day(text, today()) or today()
        asked = self._prepare(text)
        allowed = index.allowed(place or Region(), day)
        field = self._of_topic(index, leaning, allowed, topic)
        if field:
            answer = composing.answered(self, leaning, field, day)
        else:
            answer = self._decide(index, asked, self.find(index, asked, allowed), place, day)
        return composing.timed(answer, (time.perf_counter() - started) * 1000)

    def look_up(
        self, question: str, *, region: str | None = None, on: date | None = None, kind: str | None = None, alone: bool = False
    ) -> Finding | None:
        """What is found and what the decision sees, without deciding: for fitting and for people who tune.

        `kind` leaves only statutes or only our own articles; `alone` as if the base held nothing else.
        """
        place = asked_region(even(question), region)
        index = self.index()
        allowed = index.allowed(place or Region(), on or today())
        if kind and alone:
            allowed = allowed & index.of_kind(kind)
        return self.find(index, self._prepare(even(question[:LONGEST_QUESTION])), allowed, kind)

    def index(self) -> Index:
        """The newest generation; while another thread takes long to load it, the one before."""
        stamp, index = self._stamp(), self._index
        if index is not None and stamp == self._seen:
            return index
        if not self._loading.acquire(timeout=-1 if index is None else PATIENCE) and index is not None:
            return index
        try:
            if self._index is None or stamp != self._seen:
                self._index, self._seen = self._load(), stamp
            return self._index
        finally:
            self._loading.release()

    def _load(self) -> Index:
        """The newest generation, by a connection of its own: questions go on being answered meanwhile."""
        store = Store(self.folder)
        try:
            return self._checked(Index.load(self.folder, store, self._index))
        finally:
            store.close()

    def _stamp(self) -> int:
        try:
            return (self.folder / FOLDER / CURRENT).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _checked(self, index: Index) -> Index:
        built_with = index.generation.encoder
        if built_with != self.encoder.name:
            raise KnowledgeError(
                f"{self.folder} 是用编码模型“{built_with}”建立的，现在配置的是“{self.encoder.name}”，请重新导入。"
            )
        return index

    def versions(self) -> Versions:
        """When the documents of the newest generation hold; read once a generation."""
        index, kept = self.index(), self._versions
        if kept is None or kept[0] is not index:
            kept = self._versions = (index, Versions(index.documents.values()))
        return kept[1]

    def _prepare(self, text: str) -> Asked:
        return Asked(text, words(text), self.encoder.encode_query(text))

    def _of_topic(self, index: Index, question: str, allowed: Bools, topic: str | None) -> Finding | None:
        """The sections of an own article that a question leaning on it asks for; None where it asks for none."""
        if topic is None:
            return None
        document = next((one for one in index.documents.values() if one.path == topic and one.kind == ARTICLE), None)
        if document is None or not allowed[index.document_of == document.id].any():
            return None
        return of_topic(question, self.passages_of(topic))

    def find(self, index: Index, asked: Asked, allowed: Bools, kind: str | None = None) -> Finding | None:
        """The best passages among those allowed; None when there is nothing at all."""
        return find(index, self.read, asked, allowed, kind)

    def read(self, idents: Sequence[int]) -> dict[int, Passage]:
        """Passages by their ids."""
        with self._reading:
            return self._store.passages(idents)

    def _decide(self, index: Index, asked: Asked, finding: Finding | None, place: Region | None, day: date) -> Answer:
        if place is None and not _is_clear(finding):
            local = self.find(index, asked, index.allowed(None, day))
            choices = composing.places(local) if local and place_decides(local, finding) else ()
            if local and choices:
                return composing.clarify(local, choices)
        if finding and finding.is_sure:
            return composing.answered(self, asked.text, finding, day)
        return composing.abstained(finding, day)

    def passages_of(self, document: str) -> list[Passage]:
        """The current passages of a document, in its order."""
        with self._reading:
            return self._store.passages_of(document)

    def basis(self, document: str) -> str | None:
        """The text of an own article's section on its legal basis."""
        with self._reading:
            found = self._store.article_of(document, BASIS_SECTION)
        return found.text if found else None


def _is_clear(finding: Finding | None) -> bool:
    """Whether no place need be asked for: an own article or, surely enough, a national text answers."""
    if finding is None or not finding.is_sure:
        return False
    return finding.kind == ARTICLE or finding.probability >= CLEAR * finding.threshold
