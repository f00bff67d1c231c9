"""Whether a message is written in traditional or simplified characters; most short words are the same in both.

Standard library only. Characters both scripts use for different words (后, 里, 面) are no evidence of either.
"""

from functools import cache
from typing import Literal

from bot.text.tables import pairs

Script = Literal["traditional", "simplified"]
#: So many simplified characters say that it is simplified; a single one may be a slip of an input method.
ENOUGH = 2


@cache
def _traditional() -> frozenset[str]:
    return frozenset(old for old, new in pairs("simplified") if old != new)


@cache
def _simplified() -> frozenset[str]:
    made = {new for old, new in pairs("simplified") if old != new}
    return frozenset(made - _traditional() - SHARED)


#: Simplified forms that are traditional words too.
SHARED = frozenset(
    "一丁了几干于万才与丑专云历斗升仆反丰开夫无太井区巨卜厂划伙向后合回朱朴扣托曲并庄冲却困体余里谷别克系兑卷岩岳"
    "弥征念所拐松板采周制制刮制舍郁面咸胡柜咨种秋秘致虫适借准症席凉凌淀范党恶朵杯家帘累蒙辟漓吊台出只号它占同吃各吁"
    "冬发表布仇布占价仿"
)


def script_of(text: str) -> Script | None:
    """The script of a message; None where nothing tells."""
    if any(character in _traditional() for character in text):
        return "traditional"
    return "simplified" if sum(character in _simplified() for character in text) >= ENOUGH else None
