"""Wishes about how to be spoken to, and the script somebody writes in."""

from __future__ import annotations

import pytest

from bot.text.manners import choice, wish
from bot.text.script import script_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("字太小", ("elder_on", True)),
        ("字太小了，看不清", ("elder_on", True)),
        ("小同志，我老眼昏花，字儿太小了", ("elder_on", False)),
        ("我眼睛不好", ("elder_on", True)),
        ("麻烦帮我换成老人模式", ("elder_on", True)),
        ("打開長輩模式", ("elder_on", True)),
        ("眼睛花了 灯又坏了", ("elder_on", False)),
        ("不要长辈模式了", ("elder_off", True)),
        ("再说一遍", ("repeat", True)),
        ("没听清楚", ("repeat", True)),
        ("你说啥？", ("repeat", True)),
        ("讲多次啊", ("repeat", True)),
        ("慢一点说嘛", ("slower", True)),
        ("太快了跟不上", ("slower", True)),
        ("不用那么慢", ("faster", True)),
        ("我妈眼睛不好，想给她申请残疾补贴，怎么办", None),
        ("这事办得太慢了", None),
        ("路灯坏了", None),
    ],
)
def test_a_wish_and_whether_it_is_all(text: str, found: tuple[str, bool] | None) -> None:
    assert wish(text) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("２", 2),
        ("三", 3),
        ("第二个", 2),
        ("选3吧", 3),
        ("④", 4),
        ("我要1", 1),
        ("12", None),
        ("3号楼", None),
        ("一共", None),
    ],
)
def test_a_choice_by_its_number(text: str, number: int | None) -> None:
    assert choice(text) == number


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("樓下啲單車阻住晒條路", "traditional"),
        ("電梯又壞了", "traditional"),
        ("电梯又坏了", "simplified"),
        ("你好", None),
        ("后面的台阶", None),
        ("13800138000", None),
    ],
)
def test_the_script_of_a_message(text: str, script: str | None) -> None:
    assert script_of(text) == script
