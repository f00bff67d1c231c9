"""FAQ tables (xlsx, csv) into one document a question; every wrong row is said with its number."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from knowledge.errors import BadFile
from knowledge.importers.facts import day_of
from knowledge.importers.sentences import refuse, warn
from knowledge.importers.upload import FAQ, Draft, Piece
from knowledge.regions import Region, parse_region
from knowledge.text import even

MOST_ROWS, MOST_COLUMNS, MOST_PHRASINGS = 5000, 64, 30
HEADER_WITHIN = 5  # rows; some put a title above
ANSWER, BASIS = "答案", "法律依据"
SEVERAL = re.compile(r"[\n|｜]+|[；;](?=\S)|(?<=[？?])\s*(?=\S)")
#: a line of a table: its number and its cells
Line = tuple[int, list[str]]


def template() -> bytes:
    """The empty table for admins, as csv that Excel and WPS open."""
    return resources.files("knowledge.importers").joinpath("faq_template.csv").read_bytes()


@cache
def _columns() -> dict[str, str]:
    """name in a table's first row → column (faq_columns.csv)."""
    text = resources.files("knowledge.importers").joinpath("faq_columns.csv").read_text("utf-8")
    return {name: row["column"] for row in csv.DictReader(text.splitlines()) for name in row["names"].split()}


def read_csv(name: str, text: str) -> tuple[list[Draft], list[str], list[str]]:
    """(questions with their answers, warnings, wrong rows). Raises BadFile."""
    drafts, wrong = _read(name, lines_of_csv(name, text))
    return drafts, [], wrong


def lines_of_csv(name: str, text: str) -> list[Line]:
    """The rows of a csv text, whatever separates its cells. Raises BadFile."""
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error as error:
        raise refuse(name, "broken") from error
    return list(enumerate(rows, 1))


def first_sheet(name: str, data: bytes) -> list[Line]:
    """The rows of the first visible sheet of an xlsx file. Raises BadFile."""
    return next((lines for _, lines in _sheets(name, data)), [])


def read_xlsx(name: str, data: bytes) -> tuple[list[Draft], list[str], list[str]]:
    """As read_csv, over all visible sheets; one without the two columns is left out. Raises BadFile."""
    sheets = _sheets(name, data)
    drafts: list[Draft] = []
    warnings: list[str] = []
    wrong: list[str] = []
    with_table = [(title, lines) for title, lines in sheets if _header(lines)]
    if not with_table:
        raise refuse(name, "no_columns")
    warnings += [warn("sheet_left_out", sheet=title) for title, lines in sheets if lines and not _header(lines)]
    for title, lines in with_table:
        read, bad = _read(name if len(with_table) == 1 else f"{name}（{title}）", lines)
        drafts += read
        wrong += bad
    return drafts, warnings, wrong


def _sheets(name: str, data: bytes) -> list[tuple[str, list[Line]]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise refuse(name, "broken")
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheets = []
        for sheet in visible:
            sheet.reset_dimensions()  # what a file claims of its size is not believed
            rows = sheet.iter_rows(max_row=MOST_ROWS + HEADER_WITHIN + 1, max_col=MOST_COLUMNS, values_only=True)
            sheets.append((sheet.title, [(n, list(map(_cell, row))) for n, row in enumerate(rows, 1)]))
        return sheets
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError) as error:
        # openpyxl lets what it did not expect through as these; its parsers' errors are SyntaxErrors.
        raise refuse(name, "broken") from error


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if value is not None else ""


def _header(lines: Sequence[Line]) -> tuple[int, list[str | None]] | None:
    """(index of the line with the names, column of each cell); None where no line names question and answer."""
    for at, (_, cells) in enumerate(lines[:HEADER_WITHIN]):
        named = [_columns().get(re.sub(r"[\d\s*＊（）()：:]|必填|选填|可选", "", cell)) for cell in cells]
        if "question" in named and "answer" in named:
            return at, named
    return None


def _read(name: str, lines: list[Line]) -> tuple[list[Draft], list[str]]:
    found = _header(lines)
    if found is None:
        raise refuse(name, "no_columns")
    at, columns = found
    rows = [(number, cells) for number, cells in lines[at + 1 :] if any(cells)]
    if not rows:
        raise refuse(name, "no_rows")
    if len(rows) > MOST_ROWS:
        raise refuse(name, "too_many_rows", limit=MOST_ROWS)
    drafts: list[Draft] = []
    wrong: list[BadFile] = []
    seen: dict[tuple[str, str], Draft] = {}
    for number, cells in rows:
        try:
            draft = _draft(name, number, _fields(columns, cells))
            _check_new(name, draft, seen)
            drafts.append(draft)
        except BadFile as error:
            wrong.append(error)
    if not drafts:
        raise wrong[0]
    return drafts, [str(error) for error in wrong]


def _fields(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            fields.setdefault(column, []).append(cell)
    return fields


def _draft(name: str, line: int, fields: dict[str, list[str]]) -> Draft:
    one = {column: cells[0] for column, cells in fields.items()}
    if "question" not in one:
        raise refuse(name, "row_no_question", line)
    if "answer" not in one:
        raise refuse(name, "row_no_answer", line)
    title = " ".join(one["question"].split())
    others = [part.strip() for cell in fields.get("phrasing", []) for part in SEVERAL.split(cell)]
    questions = tuple(dict.fromkeys([title, *filter(None, others)]))
    if len(questions) > MOST_PHRASINGS:
        raise refuse(name, "row_too_many", line, limit=MOST_PHRASINGS)
    begins, ends = _day(name, line, one, "valid_from", "生效日期"), _day(name, line, one, "valid_to", "失效日期")
    if begins and ends and ends < begins:
        raise refuse(name, "row_days_reversed", line)
    unit, basis = one.get("unit"), one.get("basis")
    pieces = (Piece(ANSWER, one["answer"]), *([Piece(BASIS, basis)] if basis else []))
    return Draft(
        path=f"{name}#{_slug(title)}",
        kind=FAQ,
        title=title,
        passages=pieces,
        issuer=unit,
        region=_region(name, line, one.get("region")),
        valid_from=begins,
        valid_to=ends,
        unit=unit,
        questions=questions,
        basis=basis,
        line=line,
    )


def _slug(title: str) -> str:
    """A question as part of a path: no marks."""
    return re.sub(r"[\W_]+", "-", title).strip("-")[:60]


def _day(name: str, line: int, fields: dict[str, str], column: str, label: str) -> date | None:
    text = fields.get(column)
    if not text:
        return None
    day = day_of(text)
    if day is None:
        raise refuse(name, "row_bad_day", line, column=label, value=text)
    return day


def _region(name: str, line: int, text: str | None) -> Region | None:
    """None for an empty cell: the admin chooses before publishing."""
    if not text:
        return None
    region = parse_region(text)
    if region is None:
        raise refuse(name, "row_bad_region", line, value=text)
    return region


def _check_new(name: str, draft: Draft, seen: dict[tuple[str, str], Draft]) -> None:
    """The same question twice for one place is a mistake, with another answer a worse one."""
    key = (comparable(draft.title), draft.region.key if draft.region else "")
    before = seen.setdefault(key, draft)
    if before is not draft:
        same = comparable(before.passages[0].text) == comparable(draft.passages[0].text)
        raise refuse(name, "row_twice" if same else "row_other_answer", draft.line, other=before.line)


def comparable(text: str) -> str:
    """A text without marks and spaces, in the form texts are compared in."""
    return re.sub(r"[\W_]+", "", even(text))
