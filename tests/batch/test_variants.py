"""`python -m bot variants`: other forms of a phrase are made by rule, the same each time, and leave masks alone."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.batch.variants import KINDS, variant

PHRASE = "你好，我们小区的路灯坏了，什么时候能修？"


@pytest.mark.parametrize(
    ("kind", "plain", "expected"),
    [
        ("traditional", "楼道灯坏了", "樓道燈壞了"),
        ("no_punctuation", "对，就这样！ 提交吧。", "对就这样提交吧"),
        ("no_punctuation", "找我〔电话〕，谢谢", "找我〔电话〕谢谢"),
        ("no_punctuation", "谢谢", None),
        ("dialect", "路灯坏掉", None),
        ("dialect", "我在东门对面", None),
    ],
)
def test_what_a_kind_makes_of_a_phrase(kind, plain, expected):
    assert variant(plain, kind) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_phrase_has_the_same_variant(kind):
    assert variant(PHRASE, kind) == variant(PHRASE, kind) != PHRASE


@pytest.mark.parametrize("seed", range(5))
def test_a_homophone_is_another_character_and_masks_stay(seed):
    made = variant("〔姓名〕的电话是〔电话〕", "homophones", seed)
    assert made.startswith("〔姓名〕")
    assert made.endswith("〔电话〕")
    assert len(made) == len("〔姓名〕的电话是〔电话〕")


def test_dialect_words_are_of_one_region():
    said = {variant("为什么没有人", "dialect", seed) for seed in range(20)}
    assert said <= {"为啥没有人", "为啥子没得人", "点解冇人", "为什么呒没人"}


def test_the_command_writes_each_kind_beside_its_plain_phrase(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"text": PHRASE, "intent": "report_problem"}) + "\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["variants", "--in", str(source), "--out", str(target)], catch_exceptions=False)
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert done.exit_code == 0
    assert [row["kind"] for row in rows] == list(KINDS)
    assert {(row["plain"], row["intent"]) for row in rows} == {(PHRASE, "report_problem")}
