"""Short words, places put together, grades and numbers: the small readings the forms rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.errand import named_number, read_grade
from actions.listening import listen
from actions.matters import parts
from actions.places import first_clause, is_vague, merge, read_place, shown
from actions.words import is_yes, says
from bot.cases.categories import Catalogue
from bot.text.languages import is_foreign


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("好", True), ("行行行", True), ("嗯嗯", True), ("係 冇錯", True), ("好嘞，提交吧", True), ("好好好谢谢你", True),
        ("要得", True), ("OK", True), ("就这样", True),
        ("谢谢", False), ("不好", False), ("好像不对", False), ("对面那家", False),
    ],
)  # fmt: skip
def test_a_yes_is_a_yes_and_nothing_else(text: str, yes: bool) -> None:
    assert is_yes(text) is yes


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("bare", "你好，我想投诉", True), ("bare", "我要投诉楼上", False), ("bare", "投诉", True),
        ("again", "诶我闺女说还是报吧 继续", True), ("drop", "不投诉 就问问", True), ("drop", "算了", True),
        ("drop", "算了我还是说清楚吧，路灯不亮", False), ("bye", "谢谢 再见", True),
        ("cue", "不是3号楼是5号楼", True), ("cue", "不留电话", False), ("cue", "不说拉倒", False),
        ("human", "你叫个人来跟我说", True), ("human", "就找个人来", True), ("human", "让人来修一下", False),
        ("human", "能不能叫人来看看下水道", False), ("human", "我要找你们领导", True), ("human", "请人来给老人理发", False),
        ("call_me", "你让人给我打个电话", True), ("call_me", "来之前打电话", False), ("short_no", "不想打官司", False),
        ("short_no", "也不说", True), ("later", "等会儿再说 孩子哭了", True), ("follow_up", "那外地户口呢", True),
        ("follow_up", "要带什么", True), ("denies_result", "短信说办完了，根本没来人", True),
        ("just_asks", "楼下油烟归哪个部门管", True), ("just_asks", "你们到底管不管", False),
        ("that_place", "就金水路那儿 98号", False), ("that_place", "就上次那个地方啊", True),
        ("others", "帮我看看是谁投诉的我", True), ("others", "我投诉的那个", False),
    ],
)  # fmt: skip
def test_what_residents_say_in_a_few_words(kind: str, text: str, found: bool) -> None:
    assert says(kind, text) is found


@pytest.mark.parametrize(
    ("known", "told", "whole"),
    [
        ("阳光小区3号楼", "5号楼", "阳光小区5号楼"), ("阳光小区3号楼", "5栋", "阳光小区5栋"),
        ("阳光小区3栋2单元", "3单元", "阳光小区3栋3单元"), ("阳光小区", "5号楼", "阳光小区5号楼"),
        ("阳光小区3号楼", "幸福路8号院", "幸福路8号院"), ("5号楼", "阳光小区", "阳光小区5号楼"), ("", "5号楼", "5号楼"),
    ],
)  # fmt: skip
def test_places_of_two_messages_are_put_together(known: str, told: str, whole: str) -> None:
    assert merge(known, told) == whole


@pytest.mark.parametrize(
    ("place", "vague"),
    [
        ("小区门口", True), ("弄堂口", True), ("我家楼下", True), ("早市", True), ("楼道里", True),
        ("阳光小区门口", False), ("3号楼", False), ("三中门口", False), ("实验小学", False), ("利民路早市", False),
    ],
)  # fmt: skip
def test_a_place_nobody_can_find_is_vague(place: str, vague: bool) -> None:
    assert is_vague(place) is vague


@pytest.mark.parametrize(
    ("clear", "seen"),
    [
        ("阳光小区3号楼", "阳光小区3号楼"), ("湖滨路15号门口", "湖滨路15号门口"), ("湖滨路1502号", "湖滨路1502号"),
        ("16号楼三层楼道", "16号楼三层楼道"),
        ("阳光小区3号楼2单元501", "阳光小区3号楼〔门牌〕"), ("阳光小区3号楼501", "阳光小区3号楼〔门牌〕"),
        ("6楼东户", "〔门牌〕"), ("紫藤苑7-2-401", "紫藤苑〔门牌〕"),
    ],
)  # fmt: skip
def test_a_place_is_shown_down_to_the_building(clear: str, seen: str) -> None:
    assert shown(clear) == seen


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("12号楼的门禁坏了，老棉纺厂这边", "老棉纺厂12号楼"), ("不是3号楼是5号楼", "5号楼"), ("我家楼下太吵", "我家楼下"),
        ("阳光小区3号楼旁边5号楼", "阳光小区3号楼旁边5号楼"), ("什么时候来", ""),
    ],
)  # fmt: skip
def test_a_building_told_apart_from_its_estate_belongs_to_it(words: str, place: str) -> None:
    assert read_place(words) == place


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("两个事：3号楼电梯坏了，还有楼下绿化带被人种了菜", ["两个事：3号楼电梯坏了", "楼下绿化带被人种了菜"]),
        ("柳河桥上的护栏断了；另外柳河路60号垃圾桶满了", ["柳河桥上的护栏断了", "柳河路60号垃圾桶满了"]),
        ("1、楼道灯不亮 2、门禁坏了", ["1、楼道灯不亮", "门禁坏了"]),
        ("电梯坏了，还有一股焦味，吓死人了", ["电梯坏了，还有一股焦味，吓死人了"]),
        ("楼上太吵了，还有小孩跳来跳去", ["楼上太吵了，还有小孩跳来跳去"]),
        ("垃圾没人清。对了我电话13800138000", ["垃圾没人清。对了我电话13800138000"]),
    ],
)
def test_two_matters_of_one_message_are_told_apart(text: str, told: list[str]) -> None:
    catalogue = Catalogue.read(Path("data/district"))

    def guess(words: str) -> str | None:
        found = catalogue.guess(words)
        return found.minor if found else None

    found = parts(text, guess)
    assert [part.text for part in found] == told
    assert [text[part.start : part.end] for part in found] == told


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Hello", True), ("do I need to register", True), ("пожалуйста помогите", True), ("エレベーターが壊れた", True),
        ("ok", False), ("3栋B座", False), ("13800138000", False), ("WIFI坏了", False), ("👍", False),
    ],
)  # fmt: skip
def test_another_language_is_noticed(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign


def test_an_unknown_place_ends_at_the_first_blank() -> None:
    assert first_clause("盛世名门 我是业主代表") == "盛世名门"


@pytest.mark.parametrize(
    ("text", "is_asked", "number"),
    [
        ("查一下 jf20261123-0042", False, "JF20261123-0042"), ("尾号0042", False, "0042"), ("0042", False, "0042"),
        ("2024年报的那个", False, None), ("是0042那个", True, "0042"), ("路灯那个", True, None),
    ],
)  # fmt: skip
def test_a_case_is_named_by_number_or_tail(text: str, is_asked: bool, number: str | None) -> None:
    assert named_number(text, is_asked=is_asked) == number


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("五星好评", 5), ("非常满意", 5), ("满意", 4), ("一般般吧", 3), ("不满意", 2), ("非常不满意", 1), ("差评", 1),
        ("说不清", None),
    ],
)  # fmt: skip
def test_grades_as_people_give_them(text: str, grade: int | None) -> None:
    assert read_grade(text, None) == grade


def test_a_message_is_read_for_everything_it_holds() -> None:
    facts = listen("阳光小区3号楼电梯昨晚又坏了，我电话13800138000，别说是我报的")
    assert (facts.tail, facts.time, facts.anonymous) == ("8000", "昨晚", True)
    assert facts.place.startswith("阳光小区3号楼")
