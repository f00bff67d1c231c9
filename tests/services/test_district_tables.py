"""The district's tables at the desk: exported, changed in a spreadsheet, checked, kept as versions, taken back."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.launch.district import load_district
from bot.services.district import NAMES
from bot.services.district_tables import DistrictTables
from tests.builders import a_report, a_staff, write


@pytest.fixture
def tables(both_services):
    return DistrictTables(both_services.database, both_services.cases.flow.district, both_services.clock)


def as_bytes(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def changed(rows, code, key="code", /, **cells):
    return [row | cells if row[key] == code else dict(row) for row in rows]


def test_every_table_goes_out_and_comes_back_the_same(tables):
    for name in NAMES:
        rows = [dict(row) for row in tables.rows(name)]
        assert tables.read(name, "a.csv", tables.as_csv(name)) == rows
        assert tables.read(name, "a.xlsx", tables.as_xlsx(name)) == rows
        assert tables.problems(name, rows) == []


def test_a_workbook_keeps_leading_zeros(tables):
    sheet = load_workbook(io.BytesIO(tables.as_xlsx("categories"))).active
    assert sheet["A2"].value == "0101"


def test_a_changed_limit_is_in_force_for_the_next_case_and_can_be_taken_back(both_services, tables):
    admin = a_staff(both_services, "gly", "admin")
    rows = changed(tables.rows("categories"), "0101", resolve_hours="72")
    version = tables.keep("categories", rows, admin, "冬天路灯件多")
    assert (version.number, version.note) == (1, "冬天路灯件多")
    case = both_services.cases.file(write(both_services), a_report(), inbox_id=None)
    assert (case.resolve_due - case.opened_at).total_seconds() == 72 * 3600
    tables.keep("categories", changed(rows, "0101", resolve_hours="36"), admin, "")
    assert tables.restore("categories", 1, admin).number == 3
    assert tables.district.tables.rows["categories"][0]["resolve_hours"] == "72"
    assert [v.number for v in tables.versions("categories")] == [3, 2, 1]


def test_what_was_changed_at_the_desk_outlives_a_restart_with_the_old_files(both_services, tables):
    admin = a_staff(both_services, "gly", "admin")
    tables.keep("units", changed(tables.rows("units"), "U-CG", name="和平街道城管办"), admin, "改名")
    load_district(both_services.database, both_services.settings.district)
    case = both_services.cases.file(write(both_services), a_report(), inbox_id=None)
    assert case.unit == "和平街道城管办"


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("categories", {"unit": "U-NOBODY"}, "单位 U-NOBODY 不在 units.csv 里"),
        ("categories", {"contact_hours": "没有"}, "要写大于 0 的小时数"),
        ("categories", {"code": "0102"}, "重复"),
        ("categories", {"clock": "sometimes"}, "只能是 working、calendar"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_its_line(both_services, tables, name, change, sentence):
    admin = a_staff(both_services, "gly", "admin")
    with pytest.raises(Invalid) as refused:
        tables.keep(name, changed(tables.rows(name), "0101", **change), admin, "")
    assert sentence in refused.value.facts["problems"]
    assert tables.versions(name) == []


@pytest.mark.parametrize(
    ("file", "data", "sentence"),
    [
        ("a.xlsx", b"PK\x03\x04 no workbook", "不是能打开的 xlsx"),
        ("a.csv", b"\xff\xfe\x00\x81\x30", "缺少列|读不出来"),
        ("a.csv", b"", "缺少列"),
        ("a.csv", b"code,major\n0101,x\n", "缺少列 minor"),
        ("a.csv", b"x" * 5_000_001, "文件太大"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(tables, file, data, sentence):
    with pytest.raises(Invalid) as refused:
        tables.read("categories", file, data)
    assert any(part in refused.value.facts["problems"] for part in sentence.split("|"))


def test_only_an_administrator_changes_tables_and_only_tables_there_are(both_services, tables):
    with pytest.raises(NotPermitted):
        tables.keep("units", tables.rows("units"), a_staff(both_services, "wang"), "")
    with pytest.raises(NotFound):
        tables.keep("../secrets", [], a_staff(both_services, "gly", "admin"), "")


def test_the_example_district_has_no_hole(tables):
    assert [hole.sentence for hole in tables.holes()] == []


@pytest.mark.parametrize(
    ("name", "key", "code", "cells", "kind"),
    [
        ("grid_workers", "grid", "37000100101", {"name": ""}, "no_worker"),
        ("duties", "clause", "JD-01", {"categories": "0101"}, "no_clause"),
        ("standards", "category", "", {"closing": ""}, None),
    ],
)
def test_a_hole_is_shown_before_it_hurts(both_services, tables, name, key, code, cells, kind):
    tables.keep(name, changed(tables.rows(name), code, key, **cells), a_staff(both_services, "gly", "admin"), "")
    assert {hole.kind for hole in tables.holes()} == ({kind} if kind else set())
