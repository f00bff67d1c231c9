"""The district's tables in force: the newest version kept at the desk, or the file. Read again when a newer one is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cases.areas import Areas
from bot.cases.categories import Catalogue
from bot.cases.natures import Natures
from bot.cases.questions import Questions
from bot.cases.responsibility import Responsibility
from bot.cases.timing import Timing
from bot.services.calendar import is_workday
from bot.store.database import Database, Work
from bot.store.rows import read_rows

#: Tables with versions, in the order of the admin page. Each is a file <name>.csv of the district's folder.
NAMES = (
    "categories", "responsible", "standards", "questions", "units", "duties", "areas", "places", "grid_workers", "limits",
    "clocks", "clock_points", "calendar", "natures",
)  # fmt: skip
#: Seconds for which nobody asks whether there is a newer version.
FRESH = 2.0
Rows = Sequence[dict[str, str]]


@dataclass(frozen=True)
class Tables:
    """All tables as of one moment."""

    stamp: int
    rows: dict[str, Rows]
    timing: Timing
    responsibility: Responsibility
    questions: Questions
    natures: Natures

    @classmethod
    def of(cls, stamp: int, rows: dict[str, Rows]) -> Tables:
        """Read rows into what decides by them. Raises KeyError or ValueError on a row that cannot be right."""
        catalogue, areas = Catalogue.of(rows["categories"]), Areas.of(rows["areas"], rows["places"])
        timing = Timing.of(rows["clocks"], rows["clock_points"], rows["limits"], rows["calendar"], is_workday)
        responsibility = Responsibility.of(catalogue, areas, rows)
        return cls(stamp, rows, timing, responsibility, Questions.of(rows["questions"]), Natures.of(rows["natures"]))


class District:
    """Tables of time and responsibility of one installation."""

    def __init__(self, folder: Path, database: Database | None = None) -> None:
        self.folder, self.database = folder, database
        self._tables: Tables | None = None
        self._looked = 0.0
        self._turn = threading.Lock()

    @property
    def tables(self) -> Tables:
        """Everything in force now; at most `FRESH` seconds behind another process."""
        kept = self._tables
        if kept is not None and time.monotonic() - self._looked < FRESH:
            return kept
        with self._turn:
            if self._tables is None or self._stamp() != self._tables.stamp:
                self._tables = self._read()
            self._looked = time.monotonic()
            return self._tables

    @property
    def timing(self) -> Timing:
        """Working calendar, limits and clocks."""
        return self.tables.timing

    @property
    def responsibility(self) -> Responsibility:
        """Who answers for what, where."""
        return self.tables.responsibility

    @property
    def natures(self) -> Natures:
        """What residents may be after."""
        return self.tables.natures

    def forget(self) -> None:
        """Look again at the next call: a version has just been kept."""
        self._looked = 0.0

    def file_rows(self, name: str) -> Rows:
        """A table as the files have it."""
        return read_rows(self.folder / f"{name}.csv")

    def _stamp(self) -> int:
        if self.database is None:
            return 0
        with self.database.reading() as work:
            return work.district.newest_version()

    def _read(self) -> Tables:
        stamp, kept = 0, {}
        if self.database is not None:
            with self.database.reading() as work:
                stamp, kept = work.district.newest_version(), self.kept(work)
        return Tables.of(stamp, {name: kept.get(name) or self.file_rows(name) for name in NAMES})

    @staticmethod
    def kept(work: Work) -> dict[str, Rows]:
        """The newest version of every table that has been changed at the desk."""
        return {row.name: row.rows for row in work.district.versions_in_force()}
