"""Which place a question is about, and whose rules go first."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from knowledge.model import Passage
from knowledge.place import asked_region, place_decides, specific_first
from knowledge.text import even
from tests.knowledge.passages import passage


@pytest.mark.parametrize(
    ("question", "given", "place"),
    [
        ("遛狗不牵绳罚多少", None, None),
        ("遛狗不牵绳罚多少", "上海", "上海"),
        ("遛狗不牵绳罚多少", "山东省青岛市", "山东/青岛"),
        ("上海遛狗不牵绳罚多少", None, "上海"),
        ("上海遛狗不牵绳罚多少", "山东", "上海"),
        ("在济宁坐公交要不要钱", "山东", "山东/济宁"),
        ("我在濟寧，公車免費嗎", None, "山东/济宁"),
        ("替河南老家的爹妈问，老人看病免挂号费吗", "上海", "河南"),
        ("帮帝都的同学问下退卡", None, "北京"),
        # where somebody is, not where they come from
        ("我是河南人，在上海打工，能办居住证吗", None, "上海"),
        ("户口在安徽，人在杭州，孩子上学怎么弄", None, "浙江/杭州"),
        ("老家在四川，现在住重庆，低保在哪边申请", None, "重庆"),
        ("从北京搬到青岛，医保怎么转", None, "山东/青岛"),
        ("孩子没北京户口，上小学手续去哪弄", None, "北京"),
        ("广东户籍的学生在广州怎么参保", None, "广东/广州"),
        # called after a place, not in it
        ("南京路上有人占道经营找谁", "上海", "上海"),
        ("北京路那段晚上施工合法吗", None, None),
        ("楼下兰州拉面馆油烟大谁管", None, None),
        ("重庆小面店排烟进我家", "郑州", "河南/郑州"),
        ("上海银行的卡丢了补办要钱吗", "浙江", "浙江"),
        ("市南区遛狗", None, None),
    ],
)
def test_the_place_a_question_is_about(question: str, given: str | None, place: str | None) -> None:
    found = asked_region(even(question), given)
    assert (found.key if found else None) == place


ONE = "养犬人携犬外出，应当使用牵引绳，不使用牵引绳的，处二百元以下罚款。"


@pytest.mark.parametrize(
    ("regions", "texts", "order"),
    [
        pytest.param(["全国", "山东省"], [ONE, f"{ONE}造成伤害的从重。"], [1, 0], id="the province before the nation"),
        pytest.param(["山东省", "山东省青岛市"], [ONE, ONE], [1, 0], id="the city before the province"),
        pytest.param(["全国", "山东省"], [ONE, "供热温度不得低于十八摄氏度，不达标的应当退费。"], [0, 1], id="another matter"),
        pytest.param(["山东省青岛市", "全国"], [ONE, ONE], [0, 1], id="already so"),
        pytest.param(["全国", "山东省", "山东省青岛市"], [ONE, ONE, ONE], [2, 1, 0], id="all three"),
    ],
)
def test_the_more_specific_text_goes_first(regions: list[str], texts: list[str], order: list[int]) -> None:
    cited = [passage(text, region=region) for region, text in zip(regions, texts, strict=True)]
    assert specific_first(cited) == [cited[at] for at in order]


@dataclass(frozen=True)
class Found:
    """As much of a Finding as the question back looks at."""

    probability: float
    regions: tuple[str, ...]
    threshold: float = 0.6

    @property
    def is_sure(self) -> bool:
        return self.probability >= self.threshold

    @property
    def passages(self) -> list[Passage]:
        return [passage(ONE, region=region) for region in self.regions]


@pytest.mark.parametrize(
    ("local", "national", "asks"),
    [
        pytest.param(Found(0.8, ("上海市", "全国")), Found(0.2, ("全国",)), True, id="a local rule answers"),
        pytest.param(Found(0.4, ("上海市", "山东省", "北京市")), Found(0.2, ("全国",)), False, id="doubtful local rules"),
        pytest.param(Found(0.4, ("上海市", "全国", "全国")), Found(0.2, ("全国",)), False, id="one doubtful local rule"),
        pytest.param(Found(0.1, ("上海市", "山东省", "北京市")), None, False, id="nothing fits"),
        pytest.param(Found(0.7, ("上海市", "山东省")), Found(0.8, ("全国",)), False, id="the nation is surer"),
        pytest.param(Found(0.9, ("上海市", "山东省")), Found(0.7, ("全国",)), True, id="the places are surer"),
    ],
)
def test_when_the_place_decides(local: Found, national: Found | None, asks: bool) -> None:
    assert place_decides(local, national) is asks  # type: ignore[arg-type]
