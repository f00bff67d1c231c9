"""我也遇到: a neighbour's report is found by category, place, time and meaning, and joined; nothing personal is shown."""

from __future__ import annotations

import pytest

from bot.app import Services
from bot.cases.errors import Invalid, NoSuchCase
from bot.cases.status import EventKind
from bot.services.views import CaseView
from tests.builders import a_report, a_staff, said, write

FIRST = "阳光小区3号楼门口的路灯坏了，晚上一片黑，找王建国13871204459"


def report(services: Services, address: str, words: str, **facts: object) -> tuple[str, CaseView]:
    """(resident, their case): somebody reports something in 阳光小区."""
    conversation = write(services, address=address)
    resident = services.handoff.get(conversation).resident_id
    new = a_report(description=words, **{"location": "阳光小区3号楼", **facts})
    return resident, services.cases.file(conversation, new, inbox_id=None)


@pytest.mark.parametrize(
    ("words", "facts", "is_same"),
    [
        pytest.param("3号楼门口路灯不亮了，黑漆漆的", {}, True, id="the same in other words"),
        pytest.param("阳光小区路灯不亮好几天了，黑", {}, True, id="the same, shorter"),
        pytest.param("垃圾桶满了好几天没人收", {}, False, id="another category"),
        pytest.param("路灯坏了，晚上一片黑", {"location": "碧水家园2号楼"}, False, id="another place"),
        pytest.param("路灯坏了，晚上一片黑", {"kind": "message"}, False, id="a message is one's own"),
    ],
)
def test_a_neighbours_report_is_found_by_category_place_and_meaning(
    both_services: Services, words: str, facts: dict[str, object], is_same: bool
) -> None:
    report(both_services, "li", FIRST)
    resident, case = report(both_services, "wang", words, **facts)
    assert (both_services.cosigning.offer(resident, case.number) is not None) is is_same


def test_only_what_stands_in_the_tables_is_shown_of_a_neighbours_case(services: Services) -> None:
    _, first = report(services, "li", FIRST)
    resident, case = report(services, "wang", "3号楼门口的路灯坏了，晚上黑")
    shown = services.cosigning.offer(resident, case.number)
    assert shown is not None
    assert (shown.category, shown.day, shown.status, shown.count) == ("路灯故障", "11月23日", "已派单", 1)
    assert not any(part in repr(shown) for part in ("王建国", "1387", first.number, "3号楼"))


def test_an_old_report_and_ones_own_are_no_neighbours(services: Services) -> None:
    resident, _ = report(services, "li", FIRST)
    _, again = report(services, "li", "阳光小区3号楼门口的路灯坏了")
    assert services.cosigning.offer(resident, again.number) is None
    services.clock.move(days=20)
    resident, late = report(services, "wang", "阳光小区3号楼门口的路灯坏了")
    assert services.cosigning.offer(resident, late.number) is None


def test_who_joins_hears_what_the_first_one_hears_and_scores_too(both_services: Services) -> None:
    services = both_services
    _, first = report(services, "li", FIRST)
    resident, case = report(services, "wang", "3号楼门口的路灯坏了，晚上黑")
    joined = services.cosigning.join(resident, case.number, inbox_id=None)
    assert joined.status == "merged"
    assert services.cosigning.join(resident, case.number, inbox_id=None).status == "merged"  # pressed twice
    zhao = a_staff(services, "zhao", "supervisor")
    services.cases.move(first.number, EventKind.SIGNED, zhao)
    services.cases.move(first.number, EventKind.ANSWERED, zhao, "11月24日上午电工李师傅换了灯泡，已亮。")
    assert "换了灯泡" in said(services, case.conversation_id)[-1]
    qian = a_staff(services, "qian", "supervisor")
    services.cases.move(first.number, EventKind.VERIFIED, qian, "现场看过，灯亮了")
    assert services.cases.get(case.number).status == "closed"
    assert services.cases.rate(resident, case.number, grade=4, inbox_id=None).score == {"grade": 4}
    assert [event.kind for event in services.cases.get(first.number).events].count("cosigned") == 1
    for number in (first.number, case.number):
        assert services.cases.differences(number) == []


def test_who_joined_by_mistake_is_taken_apart_again(services: Services) -> None:
    report(services, "li", FIRST)
    resident, case = report(services, "wang", "3号楼门口的路灯坏了，晚上黑")
    services.cosigning.join(resident, case.number, inbox_id=None)
    services.cases.move(case.number, EventKind.UNMERGED, a_staff(services, "zhao", "supervisor"), "", {"reason": "不是一盏灯"})
    assert services.cases.get(case.number).status == "assigned"


def test_what_is_over_or_somebody_elses_is_not_joined(services: Services) -> None:
    owner, first = report(services, "li", FIRST)
    resident, case = report(services, "wang", "3号楼门口的路灯坏了，晚上黑")
    with pytest.raises(NoSuchCase):
        services.cosigning.join(resident, first.number, inbox_id=None)
    services.cases.withdraw(owner, first.number, inbox_id=None)
    with pytest.raises(Invalid):
        services.cosigning.join(resident, case.number, inbox_id=None)
    assert services.cases.get(case.number).status == "assigned"
