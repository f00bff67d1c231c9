"""The list of everything in the knowledge base, for people who keep it: own texts with their state, statutes to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.services.article_text import ArticleText, read_text
from bot.services.editing_rows import local_day
from bot.services.likeness import Likeness, Warned
from bot.services.ports import Clock
from bot.services.quoted import NEVER, Quoted, Quotes
from bot.services.shipped import Shipped
from bot.store.database import Database, Work
from bot.store.knowledge_tables import KnowledgeDocumentRow, KnowledgeDraftRow
from knowledge.errors import KnowledgeError, NotBuilt
from knowledge.model import STATUTE, Passage
from knowledge.regions import parse_region
from knowledge.store import Store

WARN_BEFORE = timedelta(days=30)
#: States a document can be in, several at once; the order in which filters offer them.
STATES = (
    "live",
    "draft",
    "handed_in",
    "rejected",
    "approved",
    "stopped",
    "expiring",
    "expired",
    "upcoming",
    "withdrawn",
    "refused",
)


@dataclass(frozen=True)
class Line:
    """An own text in the list. `states` are some of STATES; ids are None where nobody has written in it."""

    path: str
    title: str
    kind: str
    region: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    states: tuple[str, ...]
    origin: str  # shipped, changed, desk
    document_id: int | None
    draft_id: int | None
    publish_at: datetime | None
    updated_at: datetime | None
    stopped: int = 0  # answers to golden questions that the draft changes and nobody has accepted
    quotes: Quotes = NEVER


@dataclass(frozen=True)
class StatuteLine:
    """A statute in the list."""

    id: int
    path: str
    title: str
    region: str
    in_force: date | None
    quotes: Quotes = NEVER


class Library:
    """Lists and looks; changes nothing."""

    def __init__(self, database: Database, clock: Clock, shipped: Shipped, quoted: Quoted) -> None:
        self.database, self.clock, self.shipped, self.quoted, self.folder = database, clock, shipped, quoted, quoted.folder
        self._likeness: tuple[object, Likeness] | None = None

    def lines(self, text: str = "", state: str = "", region: str = "") -> list[Line]:
        """Own texts: what needs somebody first, then by title. `text` is looked for in title, path and unit."""
        found = self._all()
        with self.database.reading() as work:
            quotes = self.quoted.by_document(work)
        place = parse_region(region) if region else None
        chosen = [
            replace(line, quotes=quotes.get(line.path, NEVER)) for line in found
            if text.lower() in f"{line.title} {line.path} {line.unit}".lower()
            and (not state or state in line.states)
            and (place is None or parse_region(line.region) == place)
        ]  # fmt: skip
        return sorted(chosen, key=lambda line: (not line.draft_id, "expiring" not in line.states, line.title))

    def counts(self) -> dict[str, int]:
        """How many own texts are in each state."""
        lines = self._all()
        return {state: sum(state in line.states for line in lines) for state in STATES}

    def _all(self) -> list[Line]:
        """Every own text that is in some state, without its quotations."""
        today = local_day(self.clock.now())
        with self.database.reading() as work:
            rows = {row.path: row for row in work.knowledge.documents()}
            verdicts = work.care.verdicts()
            drafts = {row.document_id: _Writing.of(row, verdicts.get(row.id, {})) for row in work.knowledge.open_drafts()}
        shipped = self.shipped.articles()
        found = [_of_row(row, drafts.get(row.id), row.path in shipped, today) for row in rows.values()]
        found += [_of_file(path, article, today) for path, article in shipped.items() if path not in rows]
        return [line for line in found if line.states]

    def statutes(self, text: str = "", region: str = "", limit: int = 100) -> tuple[list[StatuteLine], int]:
        """Statutes whose title holds all words of `text`, at most `limit`, and how many there are."""
        words, place = text.split(), parse_region(region) if region else None
        try:
            store = Store(self.folder)
        except NotBuilt:
            return [], 0
        try:
            rows = store.current_documents().values()
        finally:
            store.close()
        chosen = [
            row for row in rows
            if row.kind == STATUTE and all(word in row.title for word in words) and (not place or row.region == place.key)
        ]  # fmt: skip
        chosen.sort(key=lambda row: (row.title, row.in_force or date.min))
        with self.database.reading() as work:
            quotes = self.quoted.by_document(work)
        lines = [
            StatuteLine(row.id, row.path, row.title, row.region.replace("/", ""), row.in_force, quotes.get(row.path, NEVER))
            for row in chosen[:limit]
        ]
        return lines, len(chosen)

    def statute(self, document_id: int) -> list[Passage]:
        """The passages of a statute in their order; empty for an unknown one."""
        try:
            store = Store(self.folder)
        except KnowledgeError:
            return []
        try:
            order = [passage for passage, _, _ in store.headings([document_id])]
            found: dict[int, Passage] = {}
            for at in range(0, len(order), 500):  # SQLite takes so many arguments at most
                found |= store.passages(order[at : at + 500])
        finally:
            store.close()
        return [found[ident] for ident in order if ident in found]

    def text(self, path: str) -> str | None:
        """The Markdown residents are answered from: the live version, else the shipped text; None for an unknown path."""
        with self.database.reading() as work:
            row = work.knowledge.by_path(path)
            version = work.knowledge.version(row.id, row.live_version) if row and row.live_version else None
        return version.text if version else self.shipped.text(path)

    def warnings(self, path: str, article: ArticleText) -> list[Warned]:
        """Near duplicates and conflicts of a text with everything else that answers."""
        with self.database.reading() as work:
            stamp, published = _published(work)
        shipped = self.shipped.articles()
        key = (stamp, tuple(sorted(shipped)))
        if self._likeness is None or self._likeness[0] != key:
            texts = {**shipped, **{path: read_text(text, "") for path, text in published.items() if text}}
            silent = {path for path, text in published.items() if not text}
            self._likeness = (key, Likeness({one: text for one, text in texts.items() if one not in silent}))
        return self._likeness[1].look(path, article)

    def ending(self, article: ArticleText) -> str:
        """What is the matter with a text's last day: `expired`, `expiring` (within 30 days), else nothing."""
        ends, today = article.valid_to, local_day(self.clock.now())
        if ends is None or ends - today > WARN_BEFORE:
            return ""
        return "expired" if ends < today else "expiring"


def _published(work: Work) -> tuple[tuple[tuple[str, int, bool], ...], Mapping[str, str]]:
    """What the desk has published: a stamp that changes with it, and path → text (empty: withdrawn)."""
    texts, stamp = {}, []
    for row in work.knowledge.documents():
        if row.withdrawn:
            texts[row.path] = ""
        elif row.live_version:
            version = work.knowledge.version(row.id, row.live_version)
            texts[row.path] = version.text if version else ""
        else:
            continue
        stamp.append((row.path, row.live_version or 0, row.withdrawn))
    return tuple(sorted(stamp)), texts


@dataclass(frozen=True)
class _Writing:
    """The open draft of a document."""

    id: int
    states: tuple[str, ...]
    publish_at: datetime | None
    stopped: int

    @classmethod
    def of(cls, row: KnowledgeDraftRow, verdicts: Mapping[str, int]) -> _Writing:
        stopped = sum(count for verdict, count in verdicts.items() if verdict != "accepted")
        return cls(row.id, (row.state, "stopped") if stopped else (row.state,), row.publish_at, stopped)


def _of_row(row: KnowledgeDocumentRow, draft: _Writing | None, is_shipped: bool, today: date) -> Line:
    answers = bool(row.live_version) or is_shipped
    states = _states(answers, row.withdrawn, row.valid_from, row.valid_to, today)
    states += draft.states if draft else ()
    states += ("refused",) if row.refused else ()
    origin = "desk" if not is_shipped else "changed" if row.live_version else "shipped"
    return Line(
        row.path, row.title, row.kind, row.region, row.unit, row.valid_from, row.valid_to, states, origin, row.id,
        draft.id if draft else None, draft.publish_at if draft else None, row.updated_at, draft.stopped if draft else 0,
    )  # fmt: skip


def _of_file(path: str, article: ArticleText, today: date) -> Line:
    states = _states(True, False, article.valid_from, article.valid_to, today)
    return Line(
        path, article.title, article.kind, article.region, article.unit, article.valid_from, article.valid_to, states,
        "shipped", None, None, None, None,
    )  # fmt: skip


def _states(answers: bool, withdrawn: bool, begins: date | None, ends: date | None, today: date) -> tuple[str, ...]:
    if withdrawn:
        return ("withdrawn",)
    if not answers:
        return ()
    if ends and ends < today:
        return ("expired",)
    if begins and begins > today:
        return ("upcoming",)
    return ("live", "expiring") if ends and ends - today <= WARN_BEFORE else ("live",)
