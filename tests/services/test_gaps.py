"""Gaps: questions that mean the same are one, counted by residents, whatever the order they came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.services.gaps import Gaps
from knowledge.encoder import open_encoder
from tests.builders import write
from tests.services.editing_world import a_person


class Encodes:
    """As much of a knowledge base as gaps need."""

    def __init__(self):
        self.encoder = open_encoder(Path("var/encoder"))


@pytest.fixture
def gaps(both_services):
    return Gaps(both_services.database, Encodes(), both_services.clock)  # type: ignore[arg-type]  # see its docstring


def ask(world, question, address):
    world.policies.ask(write(world, question, address=address), question, inbox_id=None)


def test_the_same_matter_is_one_gap_counted_by_residents(both_services, gaps):
    for question, address in (
        ("小区充电桩怎么申请安装", "li"), ("小区里怎么申请装充电桩", "wang"), ("小区充电桩怎么申请安装", "li"),
        ("流浪猫谁来管", "chen"), ("小区的充电桩要怎么申请", "zhou"),
    ):  # fmt: skip
        ask(both_services, question, address)
    [first, second] = gaps.all()
    assert (first.residents, first.abstained, len(first.ways)) == (3, 4, 3)
    assert (second.question, second.residents) == ("流浪猫谁来管", 1)
    assert gaps.all() == [first, second]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("老人优待证怎么办", "小区停电了怎么办"),
        ("居住证要带什么材料", "结婚登记要带什么材料"),
        ("公积金怎么提", "公积金贷款怎么办"),
        ("落户上海要什么条件", "落户北京要什么条件"),
        ("医保怎么报销", "养老金怎么领"),
    ],
)
def test_different_matters_stay_apart(both_services, gaps, one, other):
    ask(both_services, one, "li")
    ask(both_services, other, "wang")
    assert len(gaps.all()) == 2


def test_what_is_long_ago_is_no_gap_any_more(both_services, gaps):
    ask(both_services, "流浪猫谁来管", "li")
    both_services.clock.move(days=31)
    assert gaps.all() == []


def test_a_draft_begins_with_the_question(both_services):
    draft = both_services.editing.start_asked("流浪猫谁来管", a_person(both_services, "赵磊", "editor"))
    assert (draft.article.title, draft.article.questions) == ("流浪猫谁来管", ("流浪猫谁来管",))
