"""The district's tables at the desk: look, export, import with a check, keep a version, go back to an earlier one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.cases.responsibility import Hole
from bot.cases.roles import Role, may
from bot.cases.tables import check_tables
from bot.services.district import NAMES, District, Rows, Tables
from bot.services.district_rows import mirrored
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.case_tables import DistrictVersionRow
from bot.store.database import Database, Work

#: Rows and bytes of an imported table; a street has some hundred.
MOST_ROWS, MOST_BYTES = 20_000, 5_000_000
#: Problems shown at a time; whoever has more begins with these.
SHOWN = 20
#: A cell that a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True)
class Version:
    """A version of a table: who kept it when, and why."""

    number: int
    by: str
    note: str
    at: datetime
    rows: int


class DistrictTables:
    """What an administrator does with the tables."""

    def __init__(self, database: Database, district: District, clock: Clock) -> None:
        self.database, self.district, self.clock = database, district, clock

    def rows(self, name: str) -> Rows:
        """A table as it is in force. Raises NotFound."""
        if name not in NAMES:
            raise NotFound(name)
        return self.district.tables.rows[name]

    def holes(self) -> list[Hole]:
        """What nobody answers for."""
        return list(self.district.responsibility.holes())

    def versions(self, name: str) -> list[Version]:
        """The versions of a table kept at the desk, newest first; none: the file is in force."""
        with self.database.reading() as work:
            return [Version(v.number, v.by, v.note, v.at, len(v.rows)) for v in work.district.versions(name)]

    def as_csv(self, name: str) -> bytes:
        """A table for a spreadsheet, with a byte order mark so that it shows Chinese."""
        rows, out = self.rows(name), io.StringIO()
        writer = csv.DictWriter(out, list(self.columns(name)), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode("utf-8-sig")

    def as_xlsx(self, name: str) -> bytes:
        """The same as a workbook; every cell is text, so that 0101 stays 0101."""
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet(name)
        sheet.append(list(self.columns(name)))
        for row in self.rows(name):
            sheet.append([row.get(column) or "" for column in self.columns(name)])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def columns(self, name: str) -> Sequence[str]:
        """The columns of a table."""
        return tuple(self.district.file_rows(name)[0])

    def read(self, name: str, file_name: str, data: bytes) -> Rows:
        """The rows of an uploaded file. Raises Invalid with a sentence about what cannot be read."""
        if len(data) > MOST_BYTES:
            raise Invalid("table", problems=f"文件太大，最大 {MOST_BYTES // 1_000_000} MB")
        rows = _from_xlsx(data) if file_name.lower().endswith(".xlsx") else _from_csv(data)
        columns = self.columns(name)
        if not rows or any(column not in rows[0] for column in columns):
            missing = [column for column in columns if not rows or column not in rows[0]]
            raise Invalid("table", problems=f"缺少列 {'、'.join(missing)}")
        if len(rows) > MOST_ROWS:
            raise Invalid("table", problems=f"最多 {MOST_ROWS} 行")
        return [{column: (row.get(column) or "").strip() for column in columns} for row in rows if any(row.values())]

    def problems(self, name: str, rows: Rows) -> list[str]:
        """What would be wrong with the tables if this one were in force, in words for the administrator."""
        tables = {**self.district.tables.rows, name: rows}
        with tempfile.TemporaryDirectory() as folder:
            for other in NAMES:
                _write(Path(folder) / f"{other}.csv", self.columns(other), tables[other])
            (Path(folder) / "safety_texts.csv").write_bytes((self.district.folder / "safety_texts.csv").read_bytes())
            found = check_tables(Path(folder))
        if not found:
            try:
                Tables.of(0, tables)
            except (KeyError, ValueError, IndexError) as error:
                found = [f"{name}：有一格读不懂（{error}）"]
        return found[:SHOWN]

    def keep(self, name: str, rows: Rows, by: StaffView, note: str) -> Version:
        """Put a table in force as its next version. Raises NotPermitted, NotFound, Invalid(problems)."""
        if not may(Role(by.role), "manage_staff"):
            raise NotPermitted("manage_tables")
        self.rows(name)
        if wrong := self.problems(name, rows):
            raise Invalid("table", problems="；".join(wrong))
        kept = self.database.run(lambda work: self._keep(work, name, rows, by, note))
        self.district.forget()
        return kept

    def restore(self, name: str, number: int, by: StaffView) -> Version:
        """Put an earlier version in force again, as a new one. Raises NotFound."""
        with self.database.reading() as work:
            earlier = next((v.rows for v in work.district.versions(name, 1000) if v.number == number), None)
        if earlier is None:
            raise NotFound(name)
        return self.keep(name, earlier, by, f"恢复第 {number} 版")

    def _keep(self, work: Work, name: str, rows: Rows, by: StaffView, note: str) -> Version:
        now = self.clock.now()
        written = json.dumps(rows, ensure_ascii=False, sort_keys=True)
        row = DistrictVersionRow(
            name=name,
            rows=list(rows),
            sha256=hashlib.sha256(written.encode()).hexdigest(),
            by=by.owner,
            note=note[:200],
            at=now,
        )
        work.district.keep_version(row)
        work.district.replace(mirrored({name: rows}))
        work.staff.audit(by.owner, "keep_table", name, now, number=row.number, rows=len(rows))
        return Version(row.number, row.by, row.note, now, len(rows))


def _write(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _from_csv(data: bytes) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):  # what Chinese spreadsheets write when nobody chooses
        try:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(io.StringIO(data.decode(encoding)))]
        except (UnicodeDecodeError, csv.Error):
            continue
    raise Invalid("table", problems="读不出来，请存成“CSV UTF-8（逗号分隔）”或 xlsx")


def _from_xlsx(data: bytes) -> list[dict[str, str]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        lines = [[_cell(value) for value in line] for line in sheet.iter_rows(max_row=MOST_ROWS + 2, values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise Invalid("table", problems="这个文件不是能打开的 xlsx") from error
    header, *body = lines or [[]]
    return [dict(zip(header, line, strict=False)) for line in body]


def _cell(value: Any) -> str:
    """A cell as the tables write it: whole numbers without .0, dates as days."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
