"""The catalogue shipped with the demo district, asked in residents' words."""

from pathlib import Path

import pytest

from bot.cases.categories import Catalogue

FOLDER = Path(__file__).parents[2] / "data" / "district"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.read(FOLDER)


@pytest.mark.parametrize(
    ("said", "major", "minor"),
    [
        ("我们那排路灯全黑了", "公用设施", "路灯故障"),
        ("電梯壞咗三日", "物业管理", "电梯故障"),
        ("垃圾堆了好几天没人收", "市容环境", "垃圾箱满溢"),
        ("楼道里堆满纸箱", "消防隐患", "楼道堆物"),
        ("五楼拉线充电瓶车", "消防隐患", "飞线充电"),
        ("半夜工地打桩睡不着", "施工管理", "夜间施工"),
        ("广场舞音响太大", "噪声油烟", "广场舞噪声"),
        ("人行道上摆摊卖菜", "街面秩序", "占道经营"),
        ("楼上漏水泡了我家 他不赔", "矛盾纠纷", "邻里纠纷"),
        ("老板拖欠工资", "民生服务", "欠薪"),
        ("想约个助浴", "民生服务", "助浴助洁"),
        ("闻到煤气味 头晕", "突发事件", "燃气泄漏"),
    ],
)
def test_words_of_residents_lead_to_a_category(catalogue: Catalogue, said: str, major: str, minor: str) -> None:
    guess = catalogue.guess(said)
    assert guess is not None
    assert (guess.major, guess.minor) == (major, minor)
    assert catalogue.get(guess.code) in catalogue.categories


@pytest.mark.parametrize("said", ["", "你好", "嗯嗯"])
def test_nothing_is_guessed_from_nothing(catalogue: Catalogue, said: str) -> None:
    assert catalogue.guess(said) is None


def test_the_fourteen_groups_and_eighty_kinds_are_there(catalogue: Catalogue) -> None:
    majors = {category.major for category in catalogue.categories} - {"其他"}
    assert len(majors) == 14
    assert len(catalogue.categories) >= 80


def test_danger_is_answered_within_the_hour(catalogue: Catalogue) -> None:
    assert all(category.contact_hours <= 1 for category in catalogue.categories if category.emergency)
