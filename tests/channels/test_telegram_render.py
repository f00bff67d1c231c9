"""Replies as Telegram shows them: no message too long, no sentence, sign or citation torn."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.render import LONGEST, keyboard, render, shortened, units
from bot.services.texts import Texts
from bot.services.views import Source
from bot.settings import ROOT

WORDS = Texts(Path(ROOT) / "data" / "district" / "telegram.csv")
QUOTE = "公安机关应当自受理之日起15日内制作发放居住证。"
SOURCE = Source("居住证暂行条例", "第九条", QUOTE, "v1", "国令第663号", "国务院", "全国", "2016-01-01")
SENTENCE = "申领居住证要带身份证和住址证明。"


def whole(parts):
    return "".join(part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("好的。", 1, id="short"),
        pytest.param("", 0, id="no words"),
        pytest.param("  \n ", 0, id="only blanks"),
        pytest.param(SENTENCE * 256, 1, id="exactly 4096"),
        pytest.param(SENTENCE * 257, 2, id="a sentence more"),
        pytest.param("长" * 10_000, 3, id="no sentence ends at all"),
        pytest.param("😀" * 4096, 2, id="emoji count twice"),
        pytest.param("<b>&lt;3_*[x](y)`~ 第3栋<5层" * 300, 2, id="signs that are marks elsewhere"),
    ],
)
def test_no_message_is_too_long_and_nothing_is_lost(text, count):
    parts = render(text, (), WORDS)
    assert len(parts) == count
    assert all(0 < units(part.text) <= LONGEST for part in parts)
    assert whole(parts) == text.strip()


def test_long_answers_are_cut_where_a_sentence_ends():
    parts = render("".join(f"{number}、{SENTENCE}" for number in range(600)), (), WORDS)
    assert len(parts) > 1
    assert all(part.text.endswith("。") for part in parts)


@pytest.mark.parametrize("closing", ["”", "』", "）", "》"])
def test_a_closing_mark_stays_with_its_sentence(closing):
    sentence = f"条例规定“应当在十日内办结。{closing}"
    parts = render(sentence * 400, (), WORDS)
    assert all(part.text.endswith(closing) for part in parts)


def test_a_surrogate_pair_is_never_torn():
    for part in render("a" + "😀" * 5000, (), WORDS):
        part.text.encode("utf-8")


def test_a_source_is_named_whole_below_the_answer():
    (part,) = render("十五天内拿到。", [SOURCE], WORDS)
    expected = "依据：\n《居住证暂行条例》 · 第九条 · 国令第663号 · 全国 · 2016-01-01 起施行"
    assert part.text == f"十五天内拿到。\n\n{expected}\n{QUOTE}"


def test_the_quotation_unfolds_where_telegram_counts_it():
    (part,) = render("😀十五天内拿到。", [SOURCE], WORDS)
    (entity,) = part.entities
    raw = part.text.encode("utf-16-le")
    assert entity.type == "expandable_blockquote"
    assert raw[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le") == QUOTE


def test_a_quotation_the_answer_shows_is_not_repeated():
    (part,) = render(f"规定是：\n{QUOTE}", [SOURCE, SOURCE], WORDS)
    assert (part.text.count(QUOTE), part.text.count("国令第663号"), part.entities) == (1, 1, ())


def test_a_citation_that_does_not_fit_goes_whole_into_the_next_message():
    parts = render(SENTENCE * 254, [SOURCE], WORDS)
    assert len(parts) == 2
    assert QUOTE in parts[1].text
    assert len(parts[1].entities) == 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("转人工", "转人工"),
        ("a\n b", "a b"),
        ("", "…"),
        ("《关于进一步做好流动人口随迁子女接受义务教育后在当地参加升学考试工作的意见》", None),
        ("😀" * 40, None),
    ],
)
def test_titles_fit_a_telephone(title, shown):
    cut = shortened(title)
    assert cut == shown if shown else (cut.endswith("…") and units(cut) <= 32)


def test_at_most_eight_buttons_and_short_ones_share_a_row():
    markup = keyboard([(f"id{n}", "转人工" if n < 4 else "这个问题的答案没有帮助") for n in range(11)])
    assert [len(row) for row in markup.inline_keyboard] == [2, 2, 1, 1, 1, 1]
    assert keyboard([]) is None
