"""Residents' words for words of the law: what was learnt, how passages are scored by it, and how it is learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge import translation
from knowledge.fitting import translating
from knowledge.lexical import Postings
from knowledge.shelves import BLOCK, Stacked
from knowledge.text import even, words
from knowledge.translation import Held, StackedHeld, Translation, shipped

SAYINGS = [
    pytest.param("楼下遛狗从来不牵绳", "携犬出户应当使用犬绳牵领。", "本市鼓励发展养老服务产业。", id="dogs"),
    pytest.param(
        "老板把我炒了一分钱不给", "用人单位违法解除劳动合同的，应当支付赔偿金。", "公园应当按照规划建设。", id="sacked"
    ),
    pytest.param("电瓶车能不能推上楼充电", "禁止电动自行车在楼道内停放、充电。", "出版单位应当依法登记。", id="e-bike"),
    pytest.param("娃打针在哪打", "监护人应当带儿童按时接种疫苗。", "渔业船舶应当检验合格。", id="vaccine"),
    pytest.param("老公打我咋办", "遭受家庭暴力的受害人可以向法院申请人身安全保护令。", "统计机构独立行使职权。", id="violence"),
]


def _lists(*texts: str, table: Translation | None = None) -> list[np.ndarray]:
    held = Held(Postings.of([words(even(text)) for text in texts]), table or shipped())
    return [held.of(at) for at in range(len(texts))]


@pytest.mark.parametrize(("question", "meant", "other"), SAYINGS)
def test_a_passage_of_the_matter_explains_the_question_better(question: str, meant: str, other: str) -> None:
    for scores in shipped().scores(question, _lists(meant, other)):
        assert scores[0] > 1.5 * scores[1]


@pytest.mark.parametrize("question", ["", "？？？", "xyz qwerty", "𠮷𠮷𠮷"])
def test_a_question_of_unknown_words_is_explained_by_nothing(question: str) -> None:
    best, every = shipped().scores(question, _lists("任何人不得在夜间发出噪声。", ""))
    assert best.tolist() == every.tolist() == [0.0, 0.0]


def test_no_passages_give_no_scores() -> None:
    best, every = shipped().scores("遛狗不牵绳", [])
    assert best.shape == every.shape == (0,)


def test_an_empty_passage_explains_less_than_any_word_of_the_matter() -> None:
    best, every = shipped().scores("遛狗不牵绳", _lists("", "养犬应当使用犬绳。", ""))
    assert best[1] > best[0] == best[2]
    assert every[1] > every[0] == every[2]


def test_several_shelves_are_read_as_one() -> None:
    texts = ["携犬出户", "电动自行车", "", "接种疫苗", "劳动合同"]
    whole = Held(Postings.of([words(text) for text in texts]), shipped())
    first, second = (Held(Postings.of([words(text) for text in part]), shipped()) for part in (texts[:2], texts[2:]))
    stacked = StackedHeld([first, second])
    for at, one in enumerate(stacked.of(np.array([4, 0, 2, 3, 1]))):
        assert sorted(one) == sorted(whole.of([4, 0, 2, 3, 1][at]))


def test_what_is_learnt_connects_the_words_that_come_together(tmp_path: Path) -> None:
    pairs = [(["狗", "绳"], ["犬", "牵领"]), (["狗", "证"], ["犬", "登记"]), (["绳"], ["牵领"]), (["证"], ["登记"])] * 4
    asked, held = translating.numbered([q for q, _ in pairs], 2, 0), translating.numbered([a for _, a in pairs], 2, 1)
    key, chance = translating.chances(pairs, asked, held)
    table = dict(zip(key.tolist(), chance.tolist(), strict=True))
    width = len(held) + 1
    assert table[asked["狗"] * width + held["犬"]] > 2 * table[asked["狗"] * width + held["牵领"]]
    assert translating.save(pairs, tmp_path / "table.npz") > 0


def test_words_met_once_are_not_learnt() -> None:
    assert translating.numbered([["甲", "甲"], ["乙", "甲"]], 2, 1) == {"甲": 1}


def test_the_shipped_table_is_whole() -> None:
    table = shipped()
    assert len(table.starts) == len(table.asked) + 1 == len(table.common) + 1
    assert table.columns.min() > translation.NOTHING
    assert table.columns.max() <= len(table.held)
    assert table.common.sum() == pytest.approx(1, abs=1e-3)
    assert 0 < table.chances.min() <= table.chances.max() <= 1


@pytest.mark.parametrize("wanted", [[], [0], [BLOCK - 1, BLOCK], [5 * BLOCK + 3], [0, 5 * BLOCK + 3], range(5 * BLOCK + 4)])
def test_products_are_made_wherever_they_are_wanted(wanted: list[int]) -> None:
    chance = np.random.default_rng(3)
    arrays = [chance.standard_normal((count, 4)).astype(np.float32) for count in (3 * BLOCK + 7, 0, 2 * BLOCK - 3)]
    vector, mask = np.ones(4, np.float32), np.zeros(5 * BLOCK + 4, dtype=bool)
    mask[list(wanted)] = True
    products = Stacked(arrays).products(vector, mask)
    assert np.allclose(products[mask], (np.concatenate(arrays) @ vector)[mask], atol=1e-5)
