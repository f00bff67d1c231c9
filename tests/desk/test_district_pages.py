"""The district's tables at the desk: an administrator changes one in a spreadsheet and sees what nobody answers for."""

from __future__ import annotations

import pytest

from bot.services.district import NAMES
from tests.desk.desk_world import DeskWorld, Operator


@pytest.fixture
def admin(world: DeskWorld) -> Operator:
    return world.operator("gly", "管理员", "admin")


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_shown_and_downloaded(admin: Operator, name: str) -> None:
    assert admin.get(f"/admin/district/tables/{name}").status_code == 200
    assert admin.get(f"/admin/district/tables/{name}/csv").content.startswith(b"\xef\xbb\xbf")
    assert admin.get(f"/admin/district/tables/{name}/xlsx").content.startswith(b"PK")


def test_a_table_is_changed_and_taken_back(admin: Operator) -> None:
    path = "/admin/district/tables/grid_workers"
    data = admin.get(f"{path}/csv").content.replace("翠湖第一网格网格员（示范）".encode(), "周小红".encode())
    for note in ("换人", "再换"):
        answer = admin.client.post(path, data={"csrf": admin.csrf, "note": note}, files={"file": ("a.csv", data)})
        assert answer.status_code == 303
    page = admin.get(f"{path}?kept=1").text
    assert "周小红" in page and "第 2 版" in page and "换人" in page and "新的一版已经生效" in page
    assert admin.post(f"{path}/restore/1").status_code == 303
    assert "恢复第 1 版" in admin.get(path).text


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("a.xlsx", b"no book"), "不是能打开的 xlsx"),
        (("a.csv", b"grid,name\n1,x\n"), "缺少列"),
        (None, "请先选一个文件"),
    ],
)
def test_a_bad_file_is_refused_in_words(admin: Operator, file: tuple[str, bytes] | None, sentence: str) -> None:
    files = {"file": file} if file else {"other": ("a", b"x")}
    answer = admin.client.post("/admin/district/tables/units", data={"csrf": admin.csrf}, files=files)
    assert answer.status_code == 400 and sentence in answer.text


def test_the_holes_are_listed_and_only_an_administrator_comes_here(world: DeskWorld, admin: Operator, wang: Operator) -> None:
    assert "没有缺口" in admin.get("/admin/district/holes").text
    data = admin.get("/admin/district/tables/grid_workers/csv").content.replace("翠湖第一网格网格员（示范）".encode(), b"")
    files = {"file": ("a.csv", data)}
    admin.client.post("/admin/district/tables/grid_workers", data={"csrf": admin.csrf}, files=files)
    assert "翠湖第一网格：没有网格员" in admin.get("/admin/district/holes").text
    assert wang.get("/admin/district/holes").status_code == 403
    assert admin.get("/admin/district/tables/passwords").status_code == 404
