"""A place that is told behind a question: asked for or not, it is remembered and the question answered at once."""

from __future__ import annotations

import pytest

from actions import words
from bot.text.flags import names_region
from bot.text.normalize import even


@pytest.mark.parametrize(
    ("message", "is_only_a_place"),
    [
        ("我在济宁", True),
        ("济宁", True),
        ("俺是山东的", True),
        ("我人在上海", True),
        ("青岛市。", True),
        ("我住杭州", True),
        ("那上海呢", False),
        ("上海遛狗罚多少", False),
        ("我在济宁丢了身份证", False),
    ],
)
def test_a_message_that_is_only_a_place(message: str, is_only_a_place: bool) -> None:
    region = names_region(message)
    assert region is not None
    assert words.says("only_region", even(message).replace(region, "")) is is_only_a_place
