"""Which language somebody writes in, read off their latest messages (the newest first)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.text.languages import code_of, name_of, written_in

DISTRICT = Path(__file__).parents[2] / "data" / "district"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["I want to talk to a person please"], "en"),
        (["Bonjour, je suis perdu, merci"], "fr"),
        (["こんにちは、助けてください"], "ja"),
        (["安全帽 hello world hello"], None),  # a name in Latin letters beside Chinese words
        (["转人工", "hello hello hello"], None),  # wrote Chinese last
        (["？", "12", "Where can I pay the water bill"], "en"),  # signs and numbers tell nothing
        (["唔該，我想搵人工", "我喺陽光小區，電梯壞咗"], "yue"),
        (["我屋企冇水啊"], "yue"),
        (["点解咁耐都冇人嚟"], "yue"),
        (["我家没水了，怎么没人来"], None),
        (["冇水"], None),  # one sign is not enough
        (["我想問一下居住證點辦"], None),  # traditional characters, and no Cantonese
        (["asdf qwer zxcv"], "en"),  # Latin letters, and nothing that says more
        ([], None),
        (["[图片]"], None),
    ],
)
def test_the_language_of_somebody_who_writes(messages: list[str], code: str | None) -> None:
    assert written_in(messages, DISTRICT) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("粤语", "yue"), ("广东话", "yue"), ("英语", "en"), ("英文", "en"), (" EN ", "en"), ("日语", "ja"), ("上海话", "上海语")],
)
def test_staff_write_languages_as_they_like(written: str, code: str) -> None:
    assert code_of(written, DISTRICT) == code


@pytest.mark.parametrize(("code", "name"), [("yue", "粤语"), ("en", "英语"), ("xx", "xx")])
def test_and_read_them_by_name(code: str, name: str) -> None:
    assert name_of(code, DISTRICT) == name
