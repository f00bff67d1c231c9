"""Finding the grid in the demo district, and saying what is wrong in a table."""

import shutil
from pathlib import Path

import pytest

from bot.cases.areas import Areas, read_number
from bot.cases.tables import check_tables

FOLDER = Path(__file__).parents[2] / "data" / "district"


@pytest.fixture(scope="module")
def areas() -> Areas:
    return Areas.read(FOLDER)


@pytest.mark.parametrize(
    ("said", "grid"),
    [
        ("阳光小区3号楼", "37000100101"),
        ("陽光花園小區十二棟", "37000100102"),
        ("老机务段宿舍5幢", "37000100202"),
        ("柳河嘉园7-1-302", "37000100402"),
        ("实小门口", "37000100302"),
    ],
)
def test_the_grid_is_found_by_estate_alias_and_building(areas: Areas, said: str, grid: str) -> None:
    assert areas.locate(said)[0].grid_code == grid


def test_an_estate_in_two_grids_without_a_building_gives_both(areas: Areas) -> None:
    assert {match.grid_code for match in areas.locate("阳光小区")} == {"37000100101", "37000100102"}


def test_only_the_community_named_leaves_the_grid_open(areas: Areas) -> None:
    (match,) = areas.locate("铁道社区有人养鸡")
    assert (match.grid_code, match.community_code) == (None, "370001002")


def test_an_unknown_place_is_nowhere(areas: Areas) -> None:
    assert areas.locate("外星人广场") == []


@pytest.mark.parametrize(("written", "number"), [("12", 12), ("十二", 12), ("叁", 3), ("一百零二", 102), ("门", None)])
def test_numbers_in_any_writing(written: str, number: int | None) -> None:
    assert read_number(written) == number


def test_the_shipped_tables_are_right() -> None:
    assert check_tables(FOLDER) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        pytest.param("places.csv", "37000100102", "37000100199", "places.csv 第 3 行：网格 37000100199 不在", id="grid"),
        pytest.param("categories.csv", "U-WATER", "U-NONE", "单位 U-NONE 不在 units.csv 里", id="unit"),
        pytest.param("units.csv", "街道,是", "街道,否", "兜底单位", id="no backstop"),
        pytest.param("areas.csv", "370001001,370001,", "370001001,999,", "上级 999 不是 sub_district 一级的区域", id="parent"),
        pytest.param("places.csv", ",1-8", ",1到8", "楼号“1到8”", id="building range"),
        pytest.param("categories.csv", "code,major", "code,大类", "缺少列 major", id="column"),
        pytest.param("categories.csv", "calendar,否", "calender,否", "clock 写的是“calender”", id="choice"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, file: str, old: str, new: str, sentence: str) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert any(sentence in said for said in check_tables(tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "areas.csv：找不到这个文件" in check_tables(tmp_path)
