"""Evening a text: the same words in any writing, with the way back to what was written."""

import pytest

from bot.text.normalize import even, even_with_origins


@pytest.mark.parametrize(
    ("written", "evened"),
    [
        pytest.param("１３８　００１３", "138 0013", id="full width"),
        pytest.param("停水！！！！", "停水!", id="repeated marks"),
        pytest.param("電梯壞咗 喺八號樓", "电梯坏咗 喺八号楼", id="traditional"),
        pytest.param("著名的坐著", "著名的坐着", id="two ways of 著"),
        pytest.param("漏\u200b水\ufeff", "漏水", id="zero width"),
        pytest.param("一\n\n 二", "一 二", id="blanks"),
        pytest.param("", "", id="empty"),
    ],
)
def test_the_same_words_in_any_writing_become_equal(written: str, evened: str) -> None:
    assert even(written) == evened


def test_a_span_leads_back_to_the_words_as_written() -> None:
    written = "我住\u200b叁號樓！！！！漏水"
    evened = even_with_origins(written)
    start = evened.text.index("叁号楼")
    span = evened.span(start, start + 3)
    assert span.text == "叁號樓" == written[span.start : span.end]
