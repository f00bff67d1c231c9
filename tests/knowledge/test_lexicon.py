"""Everyday words lead to the terms of the rules; what an office publishes counts at the next question."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from knowledge.lexicon import FILE, Lexicon, Published, expand, publish, read, shipped, split, write
from knowledge.text import even, words


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("电瓶车能不能上楼", "电动自行车"), ("小区里遛狗不牵绳罚多少钱", "养犬"), ("老头老太有什么补贴", "老年人"),
        ("老板把我开除了怎么办", "解除劳动合同"), ("公司不给工资", "拖欠劳动报酬"), ("楼上漏水谁管", "房屋渗漏"),
        ("想给家里老爸申请低保", "最低生活保障"), ("房本丢了怎么补", "不动产权证书"), ("电梯加装要谁同意", ""),
        ("工资什么时候发", ""),
        ("放鞭炮要罚款吗", "燃放烟花爆竹"), ("暫住證到期了怎麼辦", "居住证"), ("大妈跳广场舞太吵了", "噪声"),
    ],
)  # fmt: skip
def test_residents_words_lead_to_the_terms_of_rules(question: str, term: str) -> None:
    tokens, text = words(even(question)), even(question)
    found = expand(tokens, text)
    assert found[: len(tokens)] == tokens and len(set(found[len(tokens) :])) == len(found) - len(tokens)
    assert (term in shipped().terms(tokens, text)) == bool(term)
    assert not term or set(words(even(term))) <= set(found)


def test_a_question_without_everyday_words_stays_as_it_is() -> None:
    tokens = words(even("居住证怎么办理"))
    assert expand(tokens) == tokens and expand([]) == []


def test_the_shipped_table_is_clean() -> None:
    text = (Path("knowledge") / FILE).read_text("utf-8")
    pairs = read(text)
    assert 150 <= len(pairs) <= 400 and write(pairs) == text
    for word, terms in pairs.items():
        assert len(word) >= 2 and word not in terms, word
        assert all(2 <= len(term) <= 30 for term in terms), word


@pytest.mark.parametrize(
    "cell", ["电动自行车；机动车", "电动自行车;机动车", "电动自行车、 机动车", "电动自行车\n机动车，电动自行车"]
)
def test_terms_are_separated_as_people_separate_them(cell: str) -> None:
    assert split(cell) == ("电动自行车", "机动车")


def test_an_offices_own_table_counts_at_the_next_question(tmp_path: Path) -> None:
    published, tokens = Published(tmp_path), words("三蹦子能上路吗")
    assert published.expand(tokens) == tokens
    assert publish(tmp_path, {"三蹦子": ("三轮摩托车",)})
    assert "摩托车" in published.expand(tokens)
    assert not publish(tmp_path, {"三蹦子": ("三轮摩托车",)}), "nothing changed"
    assert publish(tmp_path, None) and published.expand(tokens) == tokens


def test_a_reader_never_sees_half_a_table(tmp_path: Path) -> None:
    published, stop, seen = Published(tmp_path), threading.Event(), set()
    tables = [{f"俗话{n}": (f"说法{n}",) for n in range(size)} for size in (300, 600)]
    publish(tmp_path, tables[0])

    def reader() -> None:
        while not stop.is_set():
            seen.add(len(published.lexicon().pairs))

    thread = threading.Thread(target=reader)
    thread.start()
    for turn in range(10):
        publish(tmp_path, tables[(turn + 1) % 2])
    stop.set()
    thread.join()
    assert seen <= {300, 600}
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".new"]


def test_a_word_is_found_however_the_sentence_is_cut() -> None:
    lexicon = Lexicon.of({"老头老太": ("老年人",), "ABC证": ("甲乙证",)})
    assert lexicon.terms(["老头", "老太"]) == ["老年人"] and lexicon.terms(["老头老太"]) == ["老年人"]
    assert Lexicon.of({"不给工资": ("拖欠劳动报酬",)}).terms(["工资"]) == []
    assert lexicon.terms(["老太", "老头"]) == [] and lexicon.terms(["abc", "证"]) == ["甲乙证"]
