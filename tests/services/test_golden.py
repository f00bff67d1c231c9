"""The hit test and golden questions, on a real knowledge base; kept in both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.services.golden import Golden
from knowledge.answering import KnowledgeBase
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH, a_person, shipped_folder

BENCH_QUESTION = "在楼下装长椅要带什么材料"
STOCKS = "今天股市会涨吗"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    home, encoder = tmp_path_factory.mktemp("golden"), open_encoder(Path("var/encoder"))
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    import_into(home / "kb", [write_files(home / "statutes", statutes), shipped_folder(home / "articles")], encoder)
    return KnowledgeBase(home / "kb", encoder)


@pytest.fixture
def golden(both_services, base):
    return Golden(both_services.database, base, both_services.clock)


@pytest.fixture
def zhao(both_services):
    return a_person(both_services, "赵磊", "editor")


def test_a_trial_says_what_decided(golden):
    trial = golden.try_out(BENCH_QUESTION, "", None)
    assert trial.answer.ranked[0].document == BENCH
    assert (trial.answer.status == "answered") == (trial.probability >= trial.threshold)
    pushes = [abs(one.push) for one in trial.weighed]
    assert pushes == sorted(pushes, reverse=True) and len(pushes) > 3
    assert golden.list() == []


def test_a_day_is_heeded(golden):
    before = golden.try_out(BENCH_QUESTION, "", date(1950, 1, 1))
    assert before.answer.status == "abstained" and BENCH not in {one.document for one in before.answer.ranked}


def test_a_question_is_kept_with_the_passage_that_must_be_cited(golden, zhao):
    [first, *_] = golden.try_out(BENCH_QUESTION, "", None).answer.citations
    golden.keep(BENCH_QUESTION, "", None, first.version, zhao)
    golden.keep(STOCKS, "", None, "abstained", zhao)
    kept = golden.list(ask=True)
    assert [(one.expected, one.document, one.passed) for one in kept] == [("answered", BENCH, True), ("abstained", "", True)]
    assert kept[0].author == "赵磊" and kept[0].article == first.article


def test_what_changed_is_on_top(golden, zhao):
    golden.keep(STOCKS, "", None, "abstained", zhao)
    golden.keep(BENCH_QUESTION, "", None, "abstained", zhao)
    [wrong, right] = golden.list(ask=True)
    assert (wrong.question, wrong.passed, right.passed) == (BENCH_QUESTION, False, True)


def test_the_same_question_is_changed_not_kept_twice(golden, zhao):
    golden.keep(STOCKS, "", None, "abstained", zhao)
    golden.keep(STOCKS, "", None, "clarify", zhao)
    golden.keep(STOCKS, "上海", None, "abstained", zhao)
    assert [(one.region, one.expected) for one in golden.list()] == [("", "clarify"), ("上海", "abstained")]


def test_personal_data_is_not_kept(golden, zhao):
    kept = golden.keep("我电话13871204459，能落户吗", "", None, "abstained", zhao)
    assert "13871204459" not in kept.question


def test_what_cannot_be_kept_is_refused(golden, zhao, both_services):
    with pytest.raises(Invalid) as refused:
        golden.keep(STOCKS, "", None, "0a1b2c", zhao)
    assert refused.value.code == "invalid_golden_expected"
    with pytest.raises(NotPermitted):
        golden.keep(STOCKS, "", None, "abstained", a_person(both_services, "王敏", "agent"))
    with pytest.raises(NotFound):
        golden.remove(99, zhao)


def test_a_question_is_removed(golden, zhao):
    golden.remove(golden.keep(STOCKS, "", None, "abstained", zhao).id, zhao)
    assert golden.list() == []
