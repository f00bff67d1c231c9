"""Many alike in one grid open one proactive case, once; a few, or other matters, open none."""

from __future__ import annotations

import pytest

from bot.cases.alike import likeness, pieces
from bot.cases.errors import NoSuchCase
from bot.services.case_ahead import Ahead
from tests.builders import a_report, a_staff, write

SAME = [
    "暖气不热，屋里才十二度",
    "暖气片冰凉，屋里十二度",
    "我家暖气也不热",
    "暖气不热三天了，屋里冷",
    "家里暖气片不热，老人受不了",
]


@pytest.fixture
def ahead(both_services):
    cases = both_services.cases
    return Ahead(both_services.database, cases.dispatcher, cases.flow, both_services.clock)


def file(services, text, place="阳光小区3号楼"):
    return services.cases.file(write(services, address=text + place), a_report(description=text, location=place), inbox_id=None)


@pytest.fixture
def found(both_services):
    """The proactive cases there are, as details."""
    staff, desk = a_staff(both_services, "chen", "supervisor"), both_services.case_desk

    def look():
        lines = desk.page(desk.filter_of(staff, "proactive")).lines
        return [desk.details(line.view.number, staff) for line in lines]

    return look


def test_many_alike_open_one_case_with_its_causes_and_the_residents_see_nothing_of_it(both_services, ahead, found):
    filed = [file(both_services, text) for text in SAME[:3]]
    assert ahead.once() == 0
    filed.append(file(both_services, SAME[3]))
    assert ahead.once() == 1
    assert ahead.once() == 0
    (details,) = found()
    assert set(details.causes) == {case.number for case in filed}
    assert "网格" in details.line.view.location and "4 件" in details.line.view.description
    number = details.line.view.number
    for case in filed:
        with pytest.raises(NoSuchCase):
            both_services.cases.find(case.resident_id, number)
        assert number not in {view.number for view in both_services.cases.of_resident(case.resident_id)}
    assert both_services.cases.differences(number) == []


def test_one_more_alike_is_counted_to_the_case_there_is_also_after_a_restart(both_services, ahead, found):
    for text in SAME[:4]:
        file(both_services, text)
    ahead.once()
    late = file(both_services, SAME[4])
    again = Ahead(both_services.database, both_services.cases.dispatcher, both_services.cases.flow, both_services.clock)
    assert again.once() == 0
    (details,) = found()
    assert late.number in details.causes and len(details.causes) == 5


@pytest.mark.parametrize("place", ["铁道小区", "碧水家园5号楼"])
def test_other_places_other_days_and_taken_back_ones_do_not_count(both_services, ahead, place):
    file(both_services, SAME[0])
    both_services.clock.move(days=3)
    mine = file(both_services, SAME[1])
    both_services.cases.withdraw(mine.resident_id, mine.number, inbox_id=None)
    for text in SAME[2:]:
        file(both_services, text, place if text == SAME[2] else "阳光小区3号楼")
    assert ahead.once() == 0


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ("暖气不热", "我家暖气不热啊", 0.9, 1),
        ("暖气不热", "路灯坏了", 0, 0.01),
        ("", "路灯坏了", 0, 0),
        ("暖氣不熱", "暖气不热", 1, 1),
    ],
)
def test_likeness_is_the_share_of_pieces_in_common(first, second, least, most):
    assert least <= likeness(pieces(first), pieces(second)) <= most
