"""Checks the district's tables and says in plain Chinese what is wrong, with file and line.

The words are for the person who edits the tables in a spreadsheet. Loading them is done elsewhere.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from bot.cases.areas import read_range
from bot.cases.status import EventKind

COLUMNS = {
    "areas.csv": ("code", "parent", "level", "name"),
    "places.csv": ("name", "aliases", "grid", "kind", "buildings"),
    "categories.csv": (
        "code", "major", "minor", "kind", "keywords", "unit", "level", "contact_hours", "resolve_hours", "clock", "emergency",
    ),
    "units.csv": ("code", "name", "parent", "level", "backstop"),
    "safety_texts.csv": ("kind", "level", "text"),
    "responsible.csv": ("category", "area", "level", "unit", "co_units", "note"),
    "standards.csv": ("category", "filing", "closing"),
    "questions.csv": (
        "category", "position", "key", "question", "kind", "required", "options", "dangerous", "danger", "ask", "told",
    ),
    "duties.csv": ("clause", "unit", "categories", "text"),
    "grid_workers.csv": ("grid", "name", "login", "unit"),
    "limits.csv": ("clock", "category", "hours", "counted"),
    "clocks.csv": ("clock", "starts", "stops", "runs_in", "stands_in", "until", "name"),
    "clock_points.csv": ("clock", "percent", "tells", "event", "text"),
    "calendar.csv": ("date", "working", "name"),
    "natures.csv": ("code", "name", "words", "confidential", "counted", "kinds"),
}  # fmt: skip
UNIQUE = {
    "areas.csv": "code", "categories.csv": "code", "units.csv": "code", "duties.csv": "clause", "grid_workers.csv": "grid",
    "standards.csv": "category", "calendar.csv": "date", "clocks.csv": "clock", "natures.csv": "code",
}  # fmt: skip
#: Cells that name a row of another table; several are separated by |. Empty ones are for `REQUIRED` to find.
REFERENCES = (
    ("responsible.csv", "unit", "units.csv"), ("responsible.csv", "co_units", "units.csv"),
    ("responsible.csv", "area", "areas.csv"), ("duties.csv", "unit", "units.csv"),
    ("duties.csv", "categories", "categories.csv"), ("grid_workers.csv", "grid", "areas.csv"),
    ("grid_workers.csv", "unit", "units.csv"), ("questions.csv", "category", "categories.csv"),
)  # fmt: skip
#: Cells that take one of a few words: file, column → words.
CHOICES = {
    ("areas.csv", "level"): ("sub_district", "community", "grid"),
    ("categories.csv", "kind"): ("report", "service", "dispute", "message"),
    ("categories.csv", "clock"): ("working", "calendar"),
    ("categories.csv", "emergency"): ("是", "否"),
    ("units.csv", "backstop"): ("是", "否"),
    ("safety_texts.csv", "level"): ("emergency", "self_harm", "urgent"),
    ("responsible.csv", "level"): ("", "网格", "社区", "街道", "部门", "区"),
    ("questions.csv", "kind"): ("text", "yes_no", "choice", "number"),
    ("questions.csv", "required"): ("是", "否"),
    ("questions.csv", "ask"): ("是", "否", ""),
    ("limits.csv", "counted"): ("working", "calendar"),
    ("calendar.csv", "working"): ("是", "否"),
    ("natures.csv", "confidential"): ("是", "否"),
    ("natures.csv", "counted"): ("是", "否"),
    ("clock_points.csv", "tells"): ("owner", "supervisor", "above", "resident"),
}
REQUIRED = (
    ("areas.csv", "code"), ("areas.csv", "name"), ("places.csv", "name"), ("places.csv", "grid"), ("categories.csv", "code"),
    ("categories.csv", "major"), ("categories.csv", "minor"), ("categories.csv", "unit"), ("units.csv", "code"),
    ("units.csv", "name"), ("safety_texts.csv", "kind"), ("safety_texts.csv", "text"),
)  # fmt: skip
#: A level's parent must be of this level.
PARENT_LEVEL = {"community": "sub_district", "grid": "community"}
Row = dict[str, str]
Table = list[tuple[int, Row]]


def check_tables(folder: Path) -> list[str]:
    """What is wrong in the tables of `folder`, one sentence each; an empty list when nothing is."""
    tables: dict[str, Table] = {}
    wrong: list[str] = []
    for name, columns in COLUMNS.items():
        table, problems = _read(folder / name, columns)
        wrong += problems
        if not problems:
            tables[name] = table
    for check in CHECKS:
        wrong += check(tables)
    return wrong


def _read(path: Path, columns: tuple[str, ...]) -> tuple[Table, list[str]]:
    if not path.is_file():
        return [], [f"{path.name}：找不到这个文件"]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        return [], [f"{path.name}：读不出来，请存成“CSV UTF-8（逗号分隔）”"]
    if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
        return [], [f"{path.name} 第 1 行：缺少列 {'、'.join(missing)}"]
    return [(line, row) for line, row in rows if any(row.values())], _uneven(path.name, rows)


def _uneven(name: str, rows: Table) -> list[str]:
    return [f"{name} 第 {line} 行：格子数和表头不一样" for line, row in rows if None in row or None in row.values()]


def _check_cells(tables: dict[str, Table]) -> Iterator[str]:
    for name, column in REQUIRED:
        for line, row in tables.get(name, []):
            if not row[column].strip():
                yield f"{name} 第 {line} 行：{column} 不能空着"
    for (name, column), allowed in CHOICES.items():
        for line, row in tables.get(name, []):
            if row[column] not in allowed:
                yield f"{name} 第 {line} 行：{column} 写的是“{row[column]}”，只能是 {'、'.join(allowed)}"


def _check_unique(tables: dict[str, Table]) -> Iterator[str]:
    for name, column in UNIQUE.items():
        first: dict[str, int] = {}
        for line, row in tables.get(name, []):
            if row[column] in first:
                yield f"{name} 第 {line} 行：{column} {row[column]} 和第 {first[row[column]]} 行重复"
            first.setdefault(row[column], line)


def _check_areas(tables: dict[str, Table]) -> Iterator[str]:
    levels = {row["code"]: row["level"] for _, row in tables.get("areas.csv", [])}
    for line, row in tables.get("areas.csv", []):
        wanted = PARENT_LEVEL.get(row["level"])
        if wanted and levels.get(row["parent"]) != wanted:
            yield f"areas.csv 第 {line} 行：上级 {row['parent'] or '（空）'} 不是 {wanted} 一级的区域"


def _check_places(tables: dict[str, Table]) -> Iterator[str]:
    grids = {row["code"] for _, row in tables.get("areas.csv", []) if row["level"] == "grid"}
    for line, row in tables.get("places.csv", []):
        if row["grid"] not in grids:
            yield f"places.csv 第 {line} 行：网格 {row['grid']} 不在 areas.csv 里"
        try:
            buildings = read_range(row["buildings"])
        except ValueError:
            yield f"places.csv 第 {line} 行：楼号“{row['buildings']}”要写成 1-8 或者 5 这样"
            continue
        if buildings and buildings[0] > buildings[1]:
            yield f"places.csv 第 {line} 行：楼号 {row['buildings']} 前面的比后面的大"


def _check_categories(tables: dict[str, Table]) -> Iterator[str]:
    units = {row["code"] for _, row in tables.get("units.csv", [])}
    for line, row in tables.get("categories.csv", []):
        if row["unit"] and row["unit"] not in units:
            yield f"categories.csv 第 {line} 行：单位 {row['unit']} 不在 units.csv 里"
        hours = [_hours(row[column]) for column in ("contact_hours", "resolve_hours")]
        if None in hours:
            yield f"categories.csv 第 {line} 行：contact_hours 和 resolve_hours 要写大于 0 的小时数"
        elif (hours[0] or 0) > (hours[1] or 0):
            yield f"categories.csv 第 {line} 行：联系的时限比办结的时限还长"


def _hours(written: str) -> float | None:
    try:
        hours = float(written)
    except ValueError:
        return None
    return hours if hours > 0 else None


def _check_references(tables: dict[str, Table]) -> Iterator[str]:
    for name, column, other in REFERENCES:
        known = {row["code"] for _, row in tables.get(other, [])}
        for line, row in tables.get(name, []):
            for code in row[column].split("|"):
                if code.strip() and code.strip() not in known:
                    yield f"{name} 第 {line} 行：{column} 里的 {code.strip()} 不在 {other} 里"


def _check_times(tables: dict[str, Table]) -> Iterator[str]:
    for line, row in tables.get("limits.csv", []):
        if _hours(row["hours"]) is None:
            yield f"limits.csv 第 {line} 行：hours 要写大于 0 的小时数"
    for line, row in tables.get("clock_points.csv", []):
        if not row["percent"].isdigit() or row["event"] not in set(EventKind):
            yield f"clock_points.csv 第 {line} 行：percent 要写整数，event 要写状态表里有的步骤"
    for line, row in tables.get("calendar.csv", []):
        try:
            date.fromisoformat(row["date"])
        except ValueError:
            yield f"calendar.csv 第 {line} 行：日期“{row['date']}”要写成 2026-10-01 这样"


def _check_questions(tables: dict[str, Table]) -> Iterator[str]:
    dangers = {row["kind"] for _, row in tables.get("safety_texts.csv", [])}
    for line, row in tables.get("questions.csv", []):
        titles = [cell.split("/")[0] for cell in row["options"].split("|") if cell]
        is_yes = row["kind"] == "yes_no" and row["dangerous"] == "是"
        if not row["position"].isdigit():
            yield f"questions.csv 第 {line} 行：position 要写整数"
        if row["ask"] == "是" and row["kind"] != "yes_no" and not titles:
            yield f"questions.csv 第 {line} 行：聊天里要问的（ask 写“是”），options 里要有按钮"
        if row["dangerous"] and not is_yes and row["dangerous"] not in titles:
            yield f"questions.csv 第 {line} 行：危险的回答“{row['dangerous']}”不在 options 里"
        if row["danger"] and row["danger"] not in dangers:
            yield f"questions.csv 第 {line} 行：{row['danger']} 不在 safety_texts.csv 里"


def _check_units(tables: dict[str, Table]) -> Iterator[str]:
    if "units.csv" not in tables:
        return
    parents = {row["code"]: row["parent"] for _, row in tables["units.csv"]}
    for line, row in tables["units.csv"]:
        if row["parent"] and row["parent"] not in parents:
            yield f"units.csv 第 {line} 行：上级单位 {row['parent']} 不在表里"
        if _goes_round(row["code"], parents):
            yield f"units.csv 第 {line} 行：{row['code']} 的上级绕了一圈又回到自己"
    backstops = [row["code"] for _, row in tables["units.csv"] if row["backstop"] == "是"]
    if len(backstops) != 1:
        yield f"units.csv：兜底单位（backstop 写“是”）要正好一个，现在有 {len(backstops)} 个"


def _goes_round(code: str, parents: dict[str, str]) -> bool:
    seen, current = {code}, parents.get(code, "")
    while current:
        if current in seen:
            return current == code
        seen.add(current)
        current = parents.get(current, "")
    return False


CHECKS: tuple[Callable[[dict[str, Table]], Iterator[str]], ...] = (
    _check_cells, _check_unique, _check_areas, _check_places, _check_categories, _check_units, _check_references,
    _check_times, _check_questions,
)  # fmt: skip
