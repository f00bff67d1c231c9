"""Where a case goes and why: words of residents, the duty list, what was learnt, and a person where nothing is sure."""

from __future__ import annotations

import pytest

from bot.cases.status import EventKind
from tests.builders import a_report, a_staff, write


def filed(services, **facts):
    return services.cases.file(write(services), a_report(**facts), inbox_id=None)


def why(services, number):
    with services.database.reading() as work:
        return work.cases.by_number(number).dispatch_reason


@pytest.mark.parametrize(
    ("words", "category", "unit", "clause"),
    [
        ("我们楼下的路灯不亮三天了", "路灯故障", "城市管理科", "JD-01"),
        ("自来水停了一整天，一滴水都没有", "供水问题", "自来水公司", "BM-01"),
        ("楼上把承重墙砸了", "拆改承重墙", "住房和建设局", "BM-"),
    ],
)
def test_a_case_says_why_it_went_where_it_went(services, words, category, unit, clause):
    case = filed(services, description=words)
    reason = why(services, case.number)
    assert category in case.category and unit in case.unit
    assert reason["words"] and reason["clause"].startswith(clause)


def test_what_else_it_might_have_been_is_kept_with_scores(services):
    reason = why(services, filed(services, description="小区门口占道摆摊卖烧烤，油烟呛人，半夜还在喊").number)
    assert len(reason["alternatives"]) >= 2
    assert all({"code", "score"} == set(other) for other in reason["alternatives"])


@pytest.mark.parametrize("words", ["嗯嗯那个事情你们晓得的", "领导你看着办吧"])
def test_where_nothing_is_sure_a_person_is_asked_and_the_backstop_has_it(services, words):
    case = filed(services, description=words)
    with services.database.reading() as work:
        assert work.cases.by_number(case.number).unsure
        assert case.unit == work.district.backstop().name


def test_what_was_learnt_decides_where_the_words_do_not(services):
    services.cases.dispatcher.learnt = lambda text: ("市容环境 / 乱堆乱放", 0.91, True)
    case = filed(services, description="嗯嗯那个事情你们晓得的")
    assert "乱堆乱放" in case.category
    assert why(services, case.number)["category"] == "learnt"
    services.cases.dispatcher.learnt = lambda text: ("没有这一类", 0.99, True)
    assert "其他" in filed(services, description="嗯嗯那个事情你们晓得的").category


def test_several_units_one_of_them_leads_and_all_must_be_done(services):
    case, agent = filed(services, description="电梯坏了，一直停在五楼不动"), a_staff(services)
    with services.database.reading() as work:
        assert [part.unit_code for part in work.cases.parts(work.cases.by_number(case.number).id)] == ["U-WY"]
    services.cases.move(case.number, EventKind.SIGNED, agent)
    assert EventKind.ANSWERED not in services.cases.moves(case.number, agent)
    services.cases.move(case.number, EventKind.PART_DONE, agent, "物业已到场挂牌", {"part": "U-WY"})
    assert EventKind.ANSWERED in services.cases.moves(case.number, agent)
    assert services.cases.differences(case.number) == []


def test_a_correction_changes_category_and_clocks_and_is_kept_to_learn_from(both_services):
    services, agent = both_services, a_staff(both_services)
    case = filed(services)
    view = services.cases.move(case.number, EventKind.RECLASSIFIED, agent, "", {"category": "0102"})
    assert "井盖" in view.category and view.resolve_due < case.resolve_due
    with services.database.reading() as work:
        kept = work.cases.corrections()
    assert [(row.guessed, row.right, row.case_number) for row in kept] == [("0101", "0102", case.number)]
    assert services.cases.differences(case.number) == []
