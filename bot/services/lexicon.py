"""The office's lexicon (常用说法): everyday words and official terms, changed at the desk, each change kept and undoable.

Effective is the table that comes with the system with the office's own words laid over it. The tables in the database are
the truth; `publish` writes what they say beside the knowledge base, where search reads it.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from bot.cases.errors import Invalid, NotFound, Refused
from bot.services.editing_rows import need
from bot.services.editing_views import Names
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.care_tables import LexiconChangeRow, LexiconRow
from bot.store.database import Database, Work
from knowledge.errors import BadFile
from knowledge.importers.preview import read_table
from knowledge.lexicon import SEPARATOR, publish, shipped, split, write
from knowledge.text import even

RIGHT = "edit_knowledge"
SHORTEST, LONGEST, TERM_AT_MOST, TERMS_AT_MOST, MOST = 2, 20, 30, 8, 5000
BATCHES_SHOWN, CHANGES_READ = 20, 2000
TITLES = ("居民的说法", "官方说法")  # above the columns of a table; `everyday` and `official` are taken as well
WRONG_SHOWN = 10


class LexiconMoved(Refused):
    """A word has been changed again since; undoing would lose that."""

    code = "lexicon_moved"


@dataclass(frozen=True)
class Entry:
    """A word with what it means officially. `origin`: shipped, changed, own; `off`: shipped, and switched off."""

    everyday: str
    official: tuple[str, ...]
    origin: str


@dataclass(frozen=True)
class Batch:
    """Changes made with one press: (word, before, after) each. `undoable`: nothing of it has changed since."""

    id: str
    kind: str
    actor: str
    at: datetime
    changes: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    undoable: bool


class LexiconEditing:
    """Reads and changes the table. One method, one transaction."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder

    def entries(self, text: str = "") -> list[Entry]:
        """All words in the order of the table, the office's own first; `text` is looked for on both sides."""
        with self.database.reading() as work:
            own = _own(work)
        entries = [Entry(word, terms, _origin(word, terms)) for word, terms in own.items()]
        entries += [Entry(word, terms, "shipped") for word, terms in shipped().pairs.items() if word not in own]
        return [one for one in entries if text in one.everyday or any(text in term for term in one.official)]

    def put(self, everyday: str, official: str, by: StaffView) -> bool:
        """A word with its terms, as typed (电瓶车, 电动自行车；机动车); answers whether that is new. Raises Invalid."""
        need(by, RIGHT)
        word, terms = _checked(everyday, split(official))
        if not terms:
            raise Invalid("lexicon_official")
        return bool(self._change({word: terms}, "edited", by))

    def remove(self, everyday: str, by: StaffView) -> None:
        """A word that stands for itself only from now on. Raises NotFound."""
        need(by, RIGHT)
        if not self._change({everyday: ()}, "edited", by):
            raise NotFound()

    def bring(self, name: str, data: bytes, by: StaffView) -> int:
        """Words of an xlsx or csv file, all or none; an empty second column takes a word out. Answers how many changed.

        Raises Invalid(upload) with the sentence about a file that cannot be read, Invalid(lexicon_rows) with what is
        wrong in which row.
        """
        need(by, RIGHT)
        try:
            lines = read_table(name, data)
        except BadFile as error:
            raise Invalid("upload", reason=f"{error.reason}（{error.file}）") from error
        return self._change(_pairs(lines), "imported", by)

    def undo(self, batch: str, by: StaffView) -> int:
        """Back to what was before a batch; answers how many words. Raises NotFound, LexiconMoved."""
        need(by, RIGHT)
        with self.database.reading() as work:
            rows = work.care.lexicon_batch(batch)
            present = _effective(work)
        if not rows:
            raise NotFound()
        moved = [row.everyday for row in rows if list(present.get(row.everyday, ())) != list(row.after)]
        if moved:
            raise LexiconMoved(words="、".join(moved[:WRONG_SHOWN]))
        return self._change({row.everyday: tuple(row.before) for row in rows}, "undone", by)

    def history(self) -> list[Batch]:
        """The newest batches, newest first."""
        with self.database.reading() as work:
            names, present = Names(work), _effective(work)
            rows = work.care.lexicon_changes(CHANGES_READ)
            grouped = [list(group) for _, group in groupby(rows, key=lambda row: row.batch)]
            return [_batch(group, names, present) for group in grouped[:BATCHES_SHOWN]]

    def csv(self) -> bytes:
        """The effective table, as Excel and WPS open it and `bring` takes it back."""
        with self.database.reading() as work:
            return b"\xef\xbb\xbf" + write(_effective(work)).encode()

    def xlsx(self) -> bytes:
        """The same as a workbook."""
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet("常用说法")
        sheet.append(TITLES)
        with self.database.reading() as work:
            for word, terms in _effective(work).items():
                sheet.append((word, SEPARATOR.join(terms)))
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def publish(self) -> int:
        """Let the tables count for search; answers 1 where anything was written. The worker's, and after every change."""
        with self.database.reading() as work:
            pairs = _effective(work) if work.care.lexicon() else None
        return int(publish(self.folder, pairs))

    def _change(self, words: Mapping[str, tuple[str, ...]], kind: str, by: StaffView) -> int:
        """Write what differs from the effective table; answers how many words."""

        def act(work: Work) -> int:
            present, batch, now = _effective(work), secrets.token_hex(8), self.clock.now()
            new = {word: terms for word, terms in words.items() if present.get(word, ()) != terms}
            if len(present) + len(new) > MOST:
                raise Invalid("lexicon_many", limit=str(MOST))
            for word, terms in new.items():
                _lay(work, word, terms)
                before = list(present.get(word, ()))
                work.care.add(
                    LexiconChangeRow(
                        batch=batch, everyday=word, before=before, after=list(terms), kind=kind, actor=by.owner, at=now
                    )
                )
            if new:
                work.staff.audit(by.owner, f"lexicon_{kind}", f"lexicon:{batch}", now, words=len(new))
            return len(new)

        changed = self.database.run(act)
        self.publish()
        return changed


def _own(work: Work) -> dict[str, tuple[str, ...]]:
    return {row.everyday: tuple(map(str, row.official)) for row in work.care.lexicon()}


def _effective(work: Work) -> dict[str, tuple[str, ...]]:
    """word → terms of everything that counts."""
    laid = dict(shipped().pairs) | _own(work)
    return {word: terms for word, terms in laid.items() if terms}


def _origin(word: str, terms: tuple[str, ...]) -> str:
    if word not in shipped().pairs:
        return "own"
    return "changed" if terms else "off"


def _lay(work: Work, word: str, terms: tuple[str, ...]) -> None:
    """Lay a word over the shipped table; nothing where it says the same."""
    if shipped().pairs.get(word, ()) == terms:
        work.care.forget_word(word)
        return
    row = work.care.word(word) or LexiconRow(everyday=word)
    row.official = list(terms)
    work.care.add(row)


def _checked(everyday: str, terms: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A word and its terms as they are kept. Raises Invalid with what is wrong."""
    word = even(everyday).replace(" ", "")
    if not SHORTEST <= len(word) <= LONGEST or not word[0].isalnum():
        raise Invalid("lexicon_everyday", least=str(SHORTEST), limit=str(LONGEST))
    kept = tuple(term for term in terms if even(term) != word)
    # A cell that begins with = or @ would be run by the program that opens the exported table.
    if len(kept) > TERMS_AT_MOST or any(len(term) > TERM_AT_MOST or not term[0].isalnum() for term in kept):
        raise Invalid("lexicon_terms", count=str(TERMS_AT_MOST), limit=str(TERM_AT_MOST))
    if terms and not kept:
        raise Invalid("lexicon_same", word=word)
    return word, kept


def _pairs(lines: Sequence[tuple[int, list[str]]]) -> dict[str, tuple[str, ...]]:
    """The words of a table. Raises Invalid(lexicon_rows) with everything that is wrong, by row."""
    pairs: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    rows = [(number, cells) for number, cells in lines if any(cells)]
    for number, cells in rows[1:] if rows and _is_header(rows[0][1]) else rows:
        try:
            word, terms = _checked(cells[0], split(cells[1]) if len(cells) > 1 else ())
        except Invalid as error:
            wrong.append(f"第 {number} 行“{cells[0][:LONGEST]}”{ROW_WRONG[error.code]}")
            continue
        if word in pairs:
            wrong.append(f"第 {number} 行“{word}”前面已经有了")
        pairs[word] = terms
    if wrong or not pairs:
        raise Invalid("lexicon_rows", rows="；".join(wrong[:WRONG_SHOWN]) or "表里没有内容")
    return pairs


#: In a list of rows; the page's own sentences are in the desk's table of words.
ROW_WRONG = {
    "invalid_lexicon_everyday": f"应是 {SHORTEST} 到 {LONGEST} 个字",
    "invalid_lexicon_terms": f"的官方说法最多 {TERMS_AT_MOST} 个，每个最多 {TERM_AT_MOST} 个字",
    "invalid_lexicon_same": "两边写的一样",
}


def _is_header(cells: Sequence[str]) -> bool:
    return [cell.strip() for cell in cells[:2]] in (list(TITLES), ["everyday", "official"])


def _batch(rows: Sequence[LexiconChangeRow], names: Names, present: Mapping[str, tuple[str, ...]]) -> Batch:
    changes = tuple((row.everyday, tuple(row.before), tuple(row.after)) for row in reversed(rows))
    undoable = all(present.get(word, ()) == after for word, _, after in changes)
    return Batch(rows[0].batch, rows[0].kind, names(rows[0].actor), rows[0].at, changes, undoable)
