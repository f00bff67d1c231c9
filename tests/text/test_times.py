"""Times as residents write them."""

import pytest

from bot.text.times import find_time


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("昨天晚上十一点还在装修", "昨天晚上十一点"),
        ("每天早上六点就跳广场舞", "每天早上六点"),
        ("垃圾三天没人收了", "三天"),
        ("从上个月到现在都没修", "从上个月到现在"),
        ("周六上午来行不行", "周六上午"),
        ("聽日朝早得唔得", "聽日朝早"),
        ("一下雨就漏", "一下雨"),
        ("物业说好上周修的", None),
        ("欠我两个月工资", None),
        ("低保怎么办", None),
        ("路灯坏了四五天", "四五天"),
        ("自来水从今早开始发黄", "今早开始"),
        ("向阳村12号 后晌断的水", "后晌"),
        ("车位被占了两天", "两天"),
        ("打电话给我就行", None),
        ("打去年冬天起就这样", "打去年冬天起"),
    ],
)
def test_when_it_happens_is_quoted(said: str, time: str | None) -> None:
    found = find_time(said)
    assert (found.text if found else None) == time
