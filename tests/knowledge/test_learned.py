"""What search has learnt: the map of a question's vector, the order of the candidates, and the questions they come from."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from knowledge import decision, features, fitting, ordering
from knowledge.encoder import DEFAULT, Encoder
from knowledge.index import Hits
from knowledge.learned import learned_for
from knowledge.model import STATUTE, Passage

QUESTIONS = Path(fitting.__file__).parent / "questions"


def passage(text: str, *, title: str = "某条例", region: str = "全国") -> Passage:
    return Passage("v" + text, f"{title}.md", "第一条", text, title, None, None, region, None, STATUTE, True)


def hits(count: int) -> Hits:
    same = np.zeros(count, dtype=np.float32)
    return Hits(np.arange(count), same, same + 0.85, same, same, same, same, same - 3)


@pytest.mark.parametrize(
    ("asked", "meant", "other"),
    [
        pytest.param(
            "老板拖了我仨月工资不给咋整", "用人单位应当按照劳动合同约定和国家规定，向劳动者及时足额支付劳动报酬。",
            "用人单位自用工之日起即与劳动者建立劳动关系，应当建立职工名册备查。", id="wages",
        ),
        pytest.param(
            "楼上那家三更半夜蹦迪谁管", "任何人不得在夜间发出噪声，干扰他人正常休息。",
            "国务院生态环境主管部门对全国噪声污染防治实施统一监督管理，编制规划。", id="noise",
        ),
        pytest.param(
            "俺妈六十六了坐公交要钱不", "六十五周岁以上的老年人免费乘坐市内公共交通工具。",
            "各级人民政府应当将老龄事业纳入国民经济和社会发展规划。", id="buses",
        ),
    ],
)  # fmt: skip
def test_the_map_turns_what_people_say_towards_what_laws_say(encoder: Encoder, asked: str, meant: str, other: str) -> None:
    learned = learned_for(encoder.name)
    assert learned is not None
    vector = encoder.encode_query(asked)
    right, wrong = encoder.encode_passages([meant, other])
    plain, mapped = (right - wrong) @ vector, (right - wrong) @ learned.towards_passages(vector)
    spread = float(np.linalg.norm(learned.towards_passages(vector)))
    assert mapped > 0
    assert mapped / spread > plain, "the difference grows in proportion to the vectors' length"


def test_vectors_of_other_encoders_are_left_alone() -> None:
    assert learned_for(DEFAULT) is not None
    assert learned_for("sentence-transformers/another") is None


@pytest.mark.parametrize(
    ("question", "texts", "first"),
    [
        pytest.param(
            "养狗不办证罚多少",
            ["养犬人应当文明养犬。", "未办理养犬登记的，处五百元以下罚款。"],
            1,
            id="the kind of fact asked for",
        ),
        pytest.param("电梯坏了多久修好", ["物业应当修好电梯，电梯坏了要公示。", "电影票可以退。"], 0, id="shared characters"),
    ],
)
def test_candidates_alike_in_meaning_are_told_apart_by_their_text(question: str, texts: list[str], first: int) -> None:
    seen = ordering.features(question, hits(2), [0, 1], [passage(text) for text in texts])
    assert int(np.argmax(ordering.scores(seen))) == first


@pytest.mark.parametrize(
    ("regions", "city"),
    [
        pytest.param(["全国", "山东省青岛市", "山东省"], [0, 1, 0], id="the asker's own city"),
        pytest.param(["山东省青岛市", "浙江省宁波市"], [0, 0], id="several cities: nobody said where"),
        pytest.param(["全国", "上海市"], [0, 0], id="no city at all"),
    ],
)
def test_a_citys_rule_counts_where_the_city_is_known(regions: list[str], city: list[int]) -> None:
    passages = [passage(f"第{at}项", region=region) for at, region in enumerate(regions)]
    seen = ordering.features("遛狗要牵绳吗", hits(len(regions)), range(len(regions)), passages)
    assert seen["city"].tolist() == city


def test_every_weight_has_its_feature() -> None:
    seen = ordering.features("遛狗要牵绳吗", hits(1), [0], [passage("携犬外出应当牵绳。")])
    assert set(ordering.weights()) == set(seen)
    best = features.Best(hits(2), 0, np.array([1.0, 0.0], dtype=np.float32))
    assert {"share3", "best_chance"} <= set(decision.fitted()[STATUTE].weights)
    assert best.at == 0


def test_the_questions_are_well_kept() -> None:
    with (QUESTIONS / "residents.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) > 5000
    assert all(row["law"] and row["article"].startswith("第") and row["question"] for row in rows)
    unanswerable = (QUESTIONS / "unanswerable.txt").read_text("utf-8").splitlines()
    assert not {row["question"] for row in rows} & set(unanswerable)
    golden = Path(__file__).parent / "golden"
    asked = {json.loads(line)["question"] for name in golden.glob("*.jsonl") for line in name.read_text("utf-8").splitlines()}
    assert not asked & {row["question"] for row in rows}, "golden questions are never learnt from"
