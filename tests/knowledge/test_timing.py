"""Days as residents name them; a story is not a date of the rule."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.text import even
from knowledge.timing import asked_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("2019年的时候遛狗不牵绳罚多少", date(2019, 7, 1)),
        ("2019年那会儿殡葬费怎么收", date(2019, 7, 1)),
        ("２０１９年当时养犬登记要多少钱", date(2019, 7, 1)),
        ("2019年遛狗不牵绳罚多少钱", date(2019, 7, 1)),
        ("2010年以前养狗要交多少管理费", date(2009, 12, 31)),
        ("2020年5月的时候物业费怎么定", date(2020, 5, 15)),
        ("2020年5月3日那时候垃圾不分类罚几块", date(2020, 5, 3)),
        ("2021年6月以前生三胎能上户口吗", date(2021, 5, 31)),
        ("19年的时候居住证怎么办", date(2019, 7, 1)),
        ("去年遛狗不牵绳怎么罚的", date(2025, 7, 1)),
        ("去年的规定是罚多少", date(2025, 7, 1)),
        ("前年高温津贴标准多少", date(2024, 7, 1)),
        ("大前年那会儿产假几天", date(2023, 7, 1)),
        ("五年前的规定是怎么说的", date(2021, 7, 1)),
        ("10年前养狗要不要办证", date(2016, 7, 1)),
        ("上个月的标准是多少", date(2026, 10, 1)),
        ("下个月起电动车上牌怎么办", date(2026, 12, 1)),
        ("从下月开始垃圾怎么分", date(2026, 12, 1)),
        ("明年开始退休年龄是几岁", date(2027, 1, 1)),
        ("从明年元旦起医保怎么交", date(2027, 1, 1)),
        ("后年开始最低缴费几年", date(2028, 1, 1)),
        ("2030年起最低缴费要几年", date(2030, 7, 1)),
        # today
        ("遛狗不牵绳罚多少", None),
        ("我2019年买的房，能加名字吗", None),
        ("2019年的时候买的房子能落户吗", None),
        ("去年摔的，现在还能认定工伤吗", None),
        ("那个居住证去年办的，今年忘记签注了怎么办", None),
        ("我爸明年退休，医保要交满几年", None),
        ("孩子明年上小学要什么材料", None),
        ("2015年离了婚，现在想复婚要带什么", None),
        ("去年离了婚，孩子抚养费怎么算", None),
        ("2010年以前盖的房有没有证", None),
        ("干了十二年，年假有几天", None),
        ("老房子前年卖给邻居了，还能批宅基地吗", None),
        ("上个月交的信访件要多久答复", None),
        ("三年前借的钱还能要回来吗", None),
        ("打12345多久有回音", None),
        ("2025年起新规还有效吗", None),
        ("9999年13月40日的规定是什么", None),
    ],
)
def test_a_day_is_read_where_the_question_dates_the_rule(question: str, day: date | None) -> None:
    assert asked_day(even(question), TODAY) == day
