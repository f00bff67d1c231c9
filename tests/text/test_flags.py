"""Wishes and circumstances in residents' words."""

import pytest

from bot.text.flags import is_anonymous, is_urgent, names_region, refuses_contact


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("别说是我讲的", True), ("唔好話係我講", True), ("匿名举报", True), ("不要让邻居知道是我", True), ("不想留名字", True),
        ("不用匿名", False), ("我可以实名", False), ("楼道灯坏了", False),
    ],
)  # fmt: skip
def test_who_wants_to_stay_unnamed(said: str, yes: bool) -> None:
    assert is_anonymous(said) is yes


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("电话不留", True), ("不方便留电话", True), ("别给我打电话", True), ("我没手机", True), ("我说了不留", True),
        ("物业电话打不通", False), ("没人打电话通知", False), ("我电话13912345678", False),
    ],
)  # fmt: skip
def test_who_gives_no_number(said: str, yes: bool) -> None:
    assert refuses_contact(said) is yes


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("全楼停水两天了", True), ("电线掉下来了", True), ("老人摔倒爬不起来", True), ("井盖没了", True),
        ("钥匙锁屋里了进不去家", True),
        ("門鎖壞咗入唔到屋", True), ("返唔到屋企 條鎖匙斷咗喺入面", True), ("我打了三天电话都没人接", False),
        ("长椅断了一条腿", False), ("想报名书画班", False), ("怕着火", False),
    ],
)  # fmt: skip
def test_what_cannot_wait(said: str, yes: bool) -> None:
    assert is_urgent(said) is yes


@pytest.mark.parametrize(
    ("said", "region"),
    [("杭州居住证怎么办", "杭州"), ("廣東這邊有補貼嗎", "广东"), ("魔都落户", "上海"), ("居住证怎么办", None)],
)
def test_regions_named_in_a_question(said: str, region: str | None) -> None:
    assert names_region(said) == region
