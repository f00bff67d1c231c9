"""To beat and to call are one word in Chinese: who is called at a number is no victim, who is beaten still is."""

import pytest

from bot.safety.triage import assess
from bot.text.calls import with_calls_read
from bot.text.flags import is_urgent

CALLS = [
    "想约下周三上午来给我爸剪头发，翠竹苑6栋，打我闺女137 4444 3333",
    "有事打我老婆 139-1234-5678",
    "拨我儿子 幺三九一二三四五六七八",
    "打我妈座机0531-88886666，她在家",
    "白天打我外甥〔电话〕",
    "联系不上我就打隔壁赵姨的13912345678",
    "我打了三天电话都没人接",
    "打了好几回12345没人管",
    "打俺家老头13912345678，他耳朵背多响一会儿",
]
BEATEN = [
    "我老公打我 13912345678",
    "他又打我13912345678",
    "楼上打我孩子13912345678",
    "救命 老公打我打得流血 13912345678",
    "他打了我妈 电话13912345678",
]


@pytest.mark.parametrize("said", CALLS)
def test_a_call_to_somebody_is_calm(said: str) -> None:
    assert assess(said).level == "none"
    assert not is_urgent(said)


@pytest.mark.parametrize("said", BEATEN)
def test_somebody_beaten_is_not_taken_for_a_call(said: str) -> None:
    assert "打" in with_calls_read(said)


@pytest.mark.parametrize("said", ["我老公打我 13912345678", "救命 老公打我打得流血 13912345678"])
def test_a_number_does_not_hide_danger(said: str) -> None:
    assert assess(said).level == "emergency"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("打我閨女137 4444 3333", "电话"),
        ("有事打我老伴〔电话〕谢谢", "有事电话谢谢"),
        ("打了12345也没用", "电话也没用"),
        ("打死人了", "打死人了"),
        ("隔壁打孩子 我电话13912345678", "隔壁打孩子 我电话"),
        ("", ""),
    ],
)
def test_how_a_call_is_read(said: str, read: str) -> None:
    assert with_calls_read(said) == read
