"""`python -m bot categories`: learns a small city's sorted messages, says when it is not sure, refuses bad files plainly."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from bot.batch.categories import cli
from bot.launch.trouble import Trouble
from bot.services.learnt import LearntCategories, near_copies

PLACES = ("东门", "西街", "江边", "桥头", "车站", "公园", "学校旁", "菜场", "医院外", "河堤", "北巷", "南路")
SENTENCES = {
    "环境": "{0}工地施工，{0}噪音大，{0}灰尘污染",
    "交通": "{0}公交不来，{0}红绿灯坏，{0}路口堵车",
    "教育": "{0}小学入学，{0}划片不公，{0}补课收费",
}


@pytest.fixture
def history(tmp_path):
    rows = [
        {"id": f"{label}{number}", "title": f"{place}的问题", "detail": sentence.format(place), "label": label}
        for label, sentence in SENTENCES.items()
        for number, place in enumerate(PLACES)
    ]
    return write(tmp_path / "history.jsonl", rows)


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.output


@pytest.fixture
def model(history, tmp_path):
    run("train", history, "--model", tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("楼下工地又施工，噪音大，灰尘大", "环境"),
        ("公交不來，路口堵車", "交通"),
        ("孩子小学入学划片有问题，还补课收费", "教育"),
    ],
)
def test_a_message_gets_the_label_of_its_like(model, tmp_path, written, label):
    messages = write(tmp_path / "in.jsonl", [{"id": 7, "text": written}])
    run("predict", "--in", messages, "--out", tmp_path / "out.jsonl", "--model", model)
    (row,) = read(tmp_path / "out.jsonl")
    assert (row["id"], row["label"]) == (7, label)


def test_what_it_never_saw_goes_to_a_person(model):
    (found,) = LearntCategories.load(model).read(["请问你们几点下班"])
    assert not found.sure


def test_the_evaluation_covers_every_message_in_order(history, tmp_path):
    said = run("evaluate", history, "--out", tmp_path / "out.jsonl", "--folds", 3, "--coverage", 0.5)
    rows = read(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == [row["id"] for row in read(history)]
    assert "36 条留言，3 类" in said


def test_a_spreadsheet_is_read_too_and_rare_labels_are_named(history, tmp_path):
    path = tmp_path / "history.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["内容", "类"])
        writer.writeheader()
        writer.writerows({"内容": row["detail"], "类": row["label"]} for row in read(history))
        writer.writerows({"内容": "捡到一只龟，谁家的", "类": "动物"} for _ in range(9))  # one letter sent nine times
    assert "动物（1）" in run("train", path, "--label", "类", "--model", tmp_path / "model")
    assert LearntCategories.load(tmp_path / "model").labels == sorted(SENTENCES)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([{"text": "路灯坏了"}], "第 1 行缺少 label", id="no label"),
        pytest.param([{"words": "路灯坏了", "label": "路灯"}], "找不到留言的字段", id="no text"),
        pytest.param([{"text": "路灯坏了", "label": "路灯"}], "至少要有两个分类", id="one label"),
    ],
)
def test_a_history_that_teaches_nothing_is_refused(tmp_path, rows, said):
    with pytest.raises(Trouble, match=said):
        run("train", write(tmp_path / "history.jsonl", rows), "--model", tmp_path / "model")


def test_without_a_model_predict_says_what_to_do(history, tmp_path):
    with pytest.raises(Trouble, match="categories train"):
        run("predict", "--in", history, "--out", tmp_path / "out.jsonl", "--model", tmp_path / "none")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("西湖公园门口的路灯坏了三个月没有人修理", "西湖公园门口的路灯，坏了三个月没有人修理！！", True),
        ("西湖公园门口的路灯坏了三个月没有人修理", "东门菜场的下水道堵了，污水流得满地都是，请尽快处理", False),
    ],
)
def test_near_copies_are_grouped(first, second, same):
    assert (len(set(near_copies([first, second]))) == 1) is same
