"""Learning from residents' questions, fitting the order and the decision: small and real, on a base of a few invented rules."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder
from knowledge.finding import Finding
from knowledge.fitting import __main__ as deciding
from knowledge.fitting import learning, ordering
from knowledge.importing import import_into
from knowledge.model import STATUTE
from tests.knowledge.passages import passage
from tests.knowledge.samples import ARTICLE

RULES = "饮水站管理办法"
ASKED = [
    (RULES, "第二条", "小区的水机多久验一次水"),
    (RULES, "第三条", "水机不贴检测单子会罚款吗"),
    ("郑州市遛狗条例", "第二条", "半夜能出去遛狗不"),
    ("上海市图书循环条例", "第一条", "旧书卖给回收点一斤几块"),
    ("没有这部法", "第一条", "这条谁也不知道"),
]


@pytest.fixture
def rows(base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[learning.Row]:
    """ASKED as the file of questions, read over the base of tests/knowledge/samples.py."""
    table = tmp_path / "residents.tsv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("law", "article", "question"), *ASKED])
    monkeypatch.setattr(learning, "QUESTIONS", table)
    return list(learning.rows_of(base))


def test_questions_are_read_with_the_passages_in_force_and_a_place(base, rows):
    index = base.index()
    assert [(row.law, row.article) for row in rows] == [(law, article) for law, article, _ in ASKED[:4]]
    assert all(index.allowed(row.place, learning.today())[row.gold].all() for row in rows)
    assert rows[2].place.city == "郑州"
    assert all(row.place.province for row in rows), "a national law is asked for from some province"


def test_a_law_is_held_out_by_its_name_alone(rows):
    again = [learning.Row("另一个问法", row.law, "第九条", row.place, row.gold, row.vector) for row in rows]
    assert [row.is_held_out for row in again] == [row.is_held_out for row in rows]


def test_learning_raises_the_right_article_and_nothing_else_competes(base, rows):
    learner = learning.Learner(base.index())
    hard = learner.nearest(rows, 3)
    assert all(learner.usable(row.place)[best].all() for row, best in zip(rows, hard, strict=True))
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW([learner.weights, learner.bias], lr=2e-3, weight_decay=0.0)
    before = float(learner.loss(rows, hard, np.random.default_rng(0)).detach())
    for step in range(15):
        loss = learner.loss(rows, hard, np.random.default_rng(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(learner.loss(rows, hard, np.random.default_rng(0)).detach()) < before


def test_the_candidates_of_a_question_are_listed_with_the_right_one_marked(base, rows):
    seen, right = ordering.listed(base, rows[1])
    assert right.sum() == 1
    assert set(seen) == set(ordering.ordering.weights())
    assert {len(column) for column in seen.values()} == {len(right)}


def test_the_order_is_fitted_to_what_tells_the_right_passage():
    chance = np.random.default_rng(5)
    lists = []
    for _ in range(40):
        right = np.zeros(6, dtype=np.float32)
        right[chance.integers(6)] = 1
        lists.append(({"tells": right + chance.normal(0, 0.3, 6), "noise": chance.normal(0, 1, 6)}, right))
    lists = [({name: column.astype(np.float32) for name, column in seen.items()}, right) for seen, right in lists]
    weights = ordering.fit(lists)
    assert weights["tells"] > 3 * abs(weights["noise"])
    assert ordering.found(weights, lists)[1] > ordering.found({"tells": 0.0, "noise": 1.0}, lists)[1]


def test_a_question_without_its_article_counts_as_not_found():
    nothing = ({}, np.zeros(0, dtype=np.float32))
    missed = ({"tells": np.ones(3, dtype=np.float32)}, np.zeros(3, dtype=np.float32))
    hit = ({"tells": np.array([0, 0, 1], dtype=np.float32)}, np.array([0, 1, 0], dtype=np.float32))
    assert ordering.found({"tells": 1.0}, [nothing, missed, hit]) == {1: 0.0, 3: round(1 / 3, 3), 10: round(1 / 3, 3)}


@pytest.mark.parametrize(
    ("gold", "right"),
    [
        pytest.param([["全国.md", "第一条"]], True, id="document and article"),
        pytest.param([["全国", "第一条"]], True, id="without the suffix"),
        pytest.param([["全国.md", None]], True, id="any part of the document"),
        pytest.param([["全国.md", "第二条"]], False, id="another article"),
        pytest.param([["青岛.md", "第一条"]], False, id="another document"),
        pytest.param([], False, id="nothing is gold"),
    ],
)
def test_an_answer_is_right_when_it_would_cite_a_gold_passage(gold, right):
    cited = passage("任何人不得在夜间发出噪声。")
    assert deciding.is_right(Finding(STATUTE, (cited,), (1.0,), (cited,), {}, 0.5), gold) is right


def seen(count: int = 300) -> deciding.Seen:
    """Questions whose first feature says whether the answer is right, most of the time."""
    chance, made = np.random.default_rng(11), deciding.Seen()
    for at in range(count):
        right = at % 3 != 0
        made.features.append({"sure": float(chance.normal(2.0 if right else -2.0, 1.2)), "noise": float(chance.normal())})
        made.right.append(right)
        made.answerable.append(right or at % 2 == 0)
    return made


def test_the_decision_is_stored_on_the_features_as_they_come():
    made = seen()
    stored = deciding.fit(made)
    assert stored["weights"]["sure"] > 5 * abs(stored["weights"]["noise"])
    logits = [stored["intercept"] + sum(stored["weights"][k] * v for k, v in one.items()) for one in made.features]
    answers = np.array(1 / (1 + np.exp(-np.array(logits)))) >= stored["threshold"]
    right = np.array(made.right)
    assert right[answers].mean() >= deciding.PRECISE
    assert answers[right].mean() > 0.9


def test_own_articles_answer_the_share_that_is_asked_for():
    stored = deciding.fit(seen(), answered=0.5)
    assert stored["threshold"] > deciding.fit(seen(), answered=0.99)["threshold"]


def test_ways_of_asking_are_kept_from_the_copy_and_asked(tmp_path: Path, encoder: Encoder):
    articles, target = tmp_path / "articles", tmp_path / "copy"
    articles.mkdir()
    target.mkdir()
    ways = ARTICLE.replace("  - 想申请一张长椅\n", "  - 想申请一张长椅\n  - 门口坐的地方都没有\n")
    (articles / "street-bench.md").write_text(ways, encoding="utf-8")
    (articles / deciding.kept.FILE).write_bytes(b"")
    asked = deciding.without_some(articles, target)
    assert asked == [{"question": "楼下能不能装个凳子", "region": None, "gold": [["street-bench.md", None]]}]
    copied = (target / "street-bench.md").read_text("utf-8")
    assert asked[0]["question"] not in copied
    assert "老人没地方坐怎么办" in copied
    (target / deciding.kept.FILE).unlink()
    assert import_into(tmp_path / "base", [target], encoder)
    made = KnowledgeBase(tmp_path / "base", encoder)
    found = deciding.observe(
        made, [*asked, {"question": "月球上能种菜吗", "region": None, "gold": []}], "article", deciding.Seen()
    )
    assert found.answerable == [True, False]
    assert found.right == [True, False]
