"""Words that say nothing go; words that say something stay."""

import pytest

from bot.text.fillers import without_fillers


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("那个,路灯坏了三天了啊", "路灯坏了三天了"),
        ("嗯,你好,请问一下,居住证怎么办", "居住证怎么办"),
        ("是这样的,楼上漏水,怎么说呢没人管,麻烦了", "楼上漏水,没人管"),
        ("不好意思打扰一下 我想查个进度,你懂的", "我想查个进度"),
        pytest.param("你好", "你好", id="a greeting alone is the message"),
        pytest.param("喂", "喂", id="one word alone stays"),
        pytest.param("好的,谢谢", "好的,谢谢", id="thanks behind a short yes are thanks"),
        pytest.param("那个路灯坏了", "那个路灯坏了", id="without a pause it points at something"),
        pytest.param("老师打孩子", "老师打孩子", id="an address is one only before a pause"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_fillers_go_and_meaning_stays(said: str, left: str) -> None:
    assert without_fillers(said) == left
