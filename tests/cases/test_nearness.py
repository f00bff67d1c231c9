"""Reports are held against one another in residents' words; benchmarks/duplicates.py measures it on real ones."""

import pytest

from benchmarks.duplicates import measure, to_strangers
from bot.cases.nearness import SAME_FROM, Alike

POOL = {
    "light": "翠湖花园3号楼门口的路灯坏了，晚上一片黑",
    "lift": "翠湖花园5号楼电梯停了，老人下不来",
    "noise": "晚上工地太吵，睡不着觉",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("3号楼门口路灯不亮了", "light"), ("五号楼的电梯又停了，老人怎么下楼", "lift"), ("工地半夜吵得睡不着", "noise"),
        ("想问问医保怎么交", None), ("", None), ("〔电话〕〔姓名〕", None),
    ],
)  # fmt: skip
def test_the_most_alike_is_found_and_what_is_unlike_stays_below_the_line(words, expected):
    best = [key for likeness, key in Alike(POOL).nearest(words, 5) if likeness >= SAME_FROM]
    assert best[:1] == ([expected] if expected else [])


def test_a_report_is_as_alike_to_itself_as_can_be():
    assert Alike(POOL).nearest(POOL["lift"], 1)[0] == (pytest.approx(1.0), "lift")


def test_masked_data_makes_nobody_alike():
    pool = Alike({1: "路灯坏了〔电话〕〔姓名〕〔门牌〕"})
    assert pool.nearest("电梯停了〔电话〕〔姓名〕〔门牌〕", 1) == []


def test_the_measure_counts_what_is_found_shown_and_wrong():
    rows = [
        {"id": "1", "title": "阳光小区路灯坏了晚上一片黑", "team_a": "1", "team_b": "4"},
        {"id": "2", "title": "阳光小区的路灯坏了", "team_a": "1", "team_b": "4"},
        {"id": "3", "title": "碧水家园电梯停运", "team_a": "2", "team_b": "5"},
    ]
    found = measure(rows)
    assert (found["asked"], found["found in top 5"], found["shown"], found["false among shown"]) == (2.0, 1.0, 1.0, 0.0)
    assert to_strangers(rows, ["想问医保怎么交", "阳光小区的路灯坏了"]) == pytest.approx(0.5)
