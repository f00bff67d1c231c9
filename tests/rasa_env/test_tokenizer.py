"""Words out of messages as they reach Rasa: masked, in any script, with any blanks."""

from __future__ import annotations

import pytest

from bot.rasa_components.reading import reading
from bot.rasa_components.tokenizer import words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("路灯坏了", ["路灯", "坏", "了"], id="plain"),
        pytest.param("路灯  坏了 ", ["路灯", "坏", "了"], id="blanks are no words"),
        pytest.param("路灯　坏了", ["路灯", "坏", "了"], id="a full-width blank is none either"),
        pytest.param("路灯\n坏了", ["路灯", "坏", "了"], id="several messages in one"),
        pytest.param("打我电话〔电话〕", ["打", "我", "电话", "〔电话〕"], id="a mask is one word"),
        pytest.param("〔姓名〕 〔电话〕", ["〔姓名〕", "〔电话〕"], id="two masks"),
        pytest.param("[图片] 路灯", ["[图片]", "路灯"], id="an attachment is one word"),
        pytest.param("電梯壞了", ["電梯", "壞", "了"], id="traditional is cut like simplified"),
        pytest.param("   ", [], id="nothing but blanks"),
        pytest.param("", [], id="nothing"),
        pytest.param("👍", ["👍"], id="emoji"),
    ],
)
def test_words_of_a_message(typed: str, expected: list[str]) -> None:
    assert [token.text for token in words(typed)] == expected


@pytest.mark.parametrize(
    "typed", ["３号楼　電梯 壞了", "我在〔门牌〕 打〔电话〕", "a\u200bb 路灯", "①号楼⑫单元", "哈哈……😂😂 "]
)
def test_every_word_stands_where_it_says(typed: str) -> None:
    for token in words(typed):
        assert typed[token.start : token.end] == token.text
        assert token.text.strip()


def test_a_traditional_word_carries_its_simplified_form() -> None:
    assert [token.lemma for token in words("電梯壞了")] == ["电梯", "坏", "了"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("電梯壞了", "电梯坏了"),
        ("ＯＫ", "ok"),
        ("打 138 0013 8000", "打 〔电话〕"),
        ("+86-13800138000", "〔电话〕"),
        ("0571-88001234", "〔电话〕"),
        ("一三八零零零零一一一一", "〔电话〕"),
        ("单号20261100231", "单号20261100231"),
        ("12345", "12345"),
        ("🙅\u200d♀\ufe0f", "🙅♀"),
    ],
)
def test_what_the_features_see(typed: str, read: str) -> None:
    assert reading(typed) == read
