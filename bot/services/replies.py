"""Canned replies: kept by supervisors, found by `/`, filled with what a conversation knows, imported after a dry run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.cases.roles import Role, may
from bot.services import blanks
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.desk_tables import CannedRow

SHORTCUT = re.compile(r"[\w一-鿿-]{1,20}")
TITLE_AT_MOST, TEXT_AT_MOST = 60, 2000
IMPORT_AT_MOST = 500  # lines of one file
COLUMNS = ("shortcut", "title", "text", "major", "status")
RIGHT = "keep_replies"


@dataclass(frozen=True)
class Canned:
    """A canned reply. `major`: only for conversations with a case of this 大类; `status`: only in this status of it."""

    shortcut: str
    title: str
    text: str
    major: str = ""
    status: str = ""
    id: int = 0
    used: int = 0


@dataclass(frozen=True)
class Offered:
    """A canned reply as the picker of one conversation shows it: filled, with what could not be."""

    id: int
    shortcut: str
    title: str
    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ImportLine:
    """What a line of a file would do: `new`, `changed`, `same`, or `refused` with the reason's error."""

    number: int
    shortcut: str
    title: str
    outcome: str
    refusal: Invalid | None = None


class Replies:
    """Keeps and finds canned replies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def all(self) -> list[Canned]:
        """Every canned reply, the most used first."""
        with self.database.reading() as work:
            return [_canned(row) for row in work.desk.canned()]

    def offered(self, facts: Mapping[str, str], *, major: str, status: str, words: str = "") -> list[Offered]:
        """Those that fit a conversation and hold `words` in shortcut, title or text; shortcuts that begin so come first."""
        wanted = words.strip().lower()
        fitting = [one for one in self.all() if one.major in ("", major) and one.status in ("", status)]
        found = [one for one in fitting if wanted in f"{one.shortcut} {one.title} {one.text}".lower()]
        found.sort(key=lambda one: (not one.shortcut.lower().startswith(wanted), -one.used))
        return [_offered(one, facts) for one in found]

    def count_use(self, canned_id: int) -> None:
        """Remember that one was chosen: the list is ordered by it."""
        self.database.run(lambda work: work.desk.count_use(canned_id))

    def save(self, given: Canned, by: StaffView) -> Canned:
        """Write a canned reply; `id` 0 is a new one. Raises Invalid, NotFound, NotPermitted."""
        _permit(by)
        _check(given)

        def act(work: Work) -> Canned:
            row = work.desk.canned_by(canned_id=given.id) if given.id else CannedRow(used=0)
            if row is None:
                raise NotFound()
            same = work.desk.canned_by(shortcut=given.shortcut)
            if same is not None and same.id != given.id:
                raise Invalid("shortcut_taken", shortcut=given.shortcut)
            self._write(work, row, given, by)
            return _canned(row)

        return self.database.run(act)

    def remove(self, canned_id: int, by: StaffView) -> None:
        """Forget a canned reply; an unknown one is no error."""
        _permit(by)

        def act(work: Work) -> None:
            work.desk.drop_canned(canned_id)
            work.staff.audit(by.owner, "canned_removed", f"canned:{canned_id}", self.clock.now())

        self.database.run(act)

    def import_csv(self, data: bytes, by: StaffView, *, dry_run: bool) -> list[ImportLine]:
        """Read a file with the columns shortcut, title, text, major, status; a known shortcut is changed.

        `dry_run`: only say what would happen. Otherwise all lines are written, or none when one is refused.
        """
        _permit(by)
        rows = _rows(data)
        return self.database.run(lambda work: self._import(work, rows, by, dry_run))

    def _import(self, work: Work, rows: Sequence[Canned], by: StaffView, dry_run: bool) -> list[ImportLine]:
        known = {row.shortcut: row for row in work.desk.canned()}
        lines = [_judged(number, given, known, rows[:at]) for at, (number, given) in enumerate(enumerate(rows, 2))]
        if not dry_run and all(line.refusal is None for line in lines):
            for given, line in zip(rows, lines, strict=True):
                if line.outcome != "same":
                    self._write(work, known.get(given.shortcut) or CannedRow(used=0), given, by)
        return lines

    def _write(self, work: Work, row: CannedRow, given: Canned, by: StaffView) -> None:
        row.shortcut, row.title, row.text = given.shortcut, given.title, given.text
        row.major, row.status = given.major or None, given.status or None
        row.changed_at, row.changed_by = self.clock.now(), by.owner
        work.desk.add(row)
        work.staff.audit(by.owner, "canned_kept", f"canned:{row.id}", self.clock.now(), shortcut=given.shortcut)


def _rows(data: bytes) -> list[Canned]:
    """The lines of a file. Raises Invalid for what is no such file."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("csv") from error
    if not set(COLUMNS[:3]) <= set(reader.fieldnames or ()) or len(rows) > IMPORT_AT_MOST or not rows:
        raise Invalid("csv")
    return [_read({name: (row.get(name) or "").strip() for name in COLUMNS}) for row in rows]


def _read(row: Mapping[str, str]) -> Canned:
    return Canned(row["shortcut"], row["title"], row["text"], row["major"], row["status"])


def _judged(number: int, given: Canned, known: Mapping[str, CannedRow], before: Sequence[Canned]) -> ImportLine:
    try:
        _check(given)
        if any(one.shortcut == given.shortcut for one in before):
            raise Invalid("shortcut_taken", shortcut=given.shortcut)
    except Invalid as error:
        return ImportLine(number, given.shortcut, given.title, "refused", error)
    row = known.get(given.shortcut)
    outcome = "new" if row is None else "same" if _facts(_canned(row)) == _facts(given) else "changed"
    return ImportLine(number, given.shortcut, given.title, outcome)


def _check(given: Canned) -> None:
    if not SHORTCUT.fullmatch(given.shortcut):
        raise Invalid("shortcut")
    if not 1 <= len(given.title) <= TITLE_AT_MOST:
        raise Invalid("canned_title", limit=str(TITLE_AT_MOST))
    if not 1 <= len(given.text) <= TEXT_AT_MOST:
        raise Invalid("text", limit=str(TEXT_AT_MOST))
    blanks.check(given.text)


def _permit(by: StaffView) -> None:
    if not may(Role(by.role), RIGHT):
        raise NotPermitted(RIGHT)


def _offered(one: Canned, facts: Mapping[str, str]) -> Offered:
    filled = blanks.fill(one.text, facts)
    return Offered(one.id, one.shortcut, one.title, filled.text, filled.missing)


def _canned(row: CannedRow) -> Canned:
    return Canned(row.shortcut, row.title, row.text, row.major or "", row.status or "", row.id, row.used)


def _facts(one: Canned) -> tuple[str, ...]:
    return (one.shortcut, one.title, one.text, one.major, one.status)
