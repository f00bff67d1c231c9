"""The danger tables can be used, and a slip in one is said with file and line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.safety import rules
from bot.safety.rules import check_danger_tables


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tables that a test may spoil."""
    shutil.copytree(rules.TABLES, tmp_path / "tables")
    monkeypatch.setattr(rules, "TABLES", tmp_path / "tables")
    rules.lexicon.cache_clear()
    yield tmp_path / "tables"
    rules.lexicon.cache_clear()


def test_the_tables_as_delivered_are_sound() -> None:
    assert check_danger_tables() == []


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("triage.tsv", "fire\temergency\t(着火\t\t括号没关", "triage.tsv"),
        ("general.tsv", "fire\temergency\t着火", "应有 5 列"),
        ("general.tsv", "fire\t很急\t着火\t\t级别写错", "级别 很急 不认识"),
        ("general.tsv", "fire\temergency\t{no_such_list}\t\t词表没有", "词表 no_such_list 不存在"),
        ("signals.tsv", "burn\temergency\tburn\t两分\t烫\t分值写成字", "signals.tsv"),
        ("signals.tsv", "burn\temergency\tburn\t2\t烫", "应有 6 列"),
        ("words.tsv", "broken\t[没关", "words.tsv"),
        ("words.tsv", "only_a_name", "应有 2 列"),
        ("calm.tsv", "sometimes\t有时\t种类写错", "种类 sometimes 不认识"),
        ("calm.tsv", "past\t(去年\t括号没关", "calm.tsv"),
    ],
)
def test_a_slip_is_said_with_file_and_line(copied: Path, name: str, line: str, said: str) -> None:
    with (copied / name).open("a", encoding="utf-8") as table:
        table.write("\n" + line + "\n")
    wrong = check_danger_tables()
    assert len(wrong) == 1
    assert said in wrong[0]
    assert f"{name} 第" in wrong[0]
