"""Scope: what lies outside of somebody's areas, business or units does not exist for them."""

from __future__ import annotations

import pytest

from bot.cases.scope import EVERYTHING, Scope, with_all_below
from bot.services.views import CaseView, NewCase
from tests.desk.desk_world import DeskWorld, Operator

TREE = [("jd", None), ("sq1", "jd"), ("sq2", "jd"), ("wg1", "sq1"), ("wg2", "sq1"), ("wg3", "sq2")]


@pytest.mark.parametrize(
    ("scope", "areas", "major", "unit", "covered"),
    [
        (EVERYTHING, ("wg1",), "噪声", "u1", True),
        (EVERYTHING, (None,), None, None, True),
        (Scope(areas=frozenset({"wg1"})), ("wg1", "sq1"), "噪声", "u1", True),
        (Scope(areas=frozenset({"wg2"})), ("wg1", "sq1"), "噪声", "u1", False),
        (Scope(areas=frozenset({"wg1"})), (None, None), "噪声", "u1", False),
        (Scope(majors=frozenset({"噪声"})), (None,), "噪声", None, True),
        (Scope(majors=frozenset({"噪声"})), (None,), "物业", None, False),
        (Scope(areas=frozenset({"wg1"}), units=frozenset({"u1"})), ("wg1",), "噪声", "u2", False),
    ],
)
def test_every_bound_must_be_met(scope: Scope, areas: tuple[str | None, ...], major: str, unit: str, covered: bool) -> None:
    assert scope.covers(areas=areas, major=major, unit=unit) is covered


@pytest.mark.parametrize(
    ("codes", "below"),
    [
        (["sq1"], {"sq1", "wg1", "wg2"}),
        (["jd"], {code for code, _ in TREE}),
        ([], set()),
        (["wg3", "sq1"], {"wg3", "sq1", "wg1", "wg2"}),
    ],
)
def test_an_area_holds_what_lies_below_it(codes: list[str], below: set[str]) -> None:
    assert with_all_below(codes, TREE) == below


def filed(world: DeskWorld) -> CaseView:
    conversation = world.waiting()
    by = world.staff("li.na", "李娜")
    return world.services.cases.file(conversation, NewCase("report", "楼上天天半夜装修吵得睡不着"), inbox_id=None, by=by)


def test_a_handler_sees_the_cases_of_the_own_unit_only(world: DeskWorld) -> None:
    case = filed(world)
    handler, admin = world.operator("bai.ming", "白明", "handler"), world.operator("chief", "赵主任", "admin")
    unit_of_case = unit_code(world, case)
    other = next(code for code in all_units(world) if code != unit_of_case and not is_above(world, code, unit_of_case))
    address = f"/desk/cases/{case.number}"
    assert handler.get(address).status_code == 200
    for code, status in ((other, 404), (unit_of_case, 200)):
        assert admin.post(f"/admin/accounts/{handler.staff.id}/role", role="handler", bound=f"unit:{code}").status_code == 303
        assert handler.get(address).status_code == status
        assert handler.post(f"{address}/move", event="noted", text="看过了，今天去现场").status_code == (
            404 if status == 404 else 303
        )
        assert (case.number in handler.get("/desk/cases").text) is (status == 200)


def unit_code(world: DeskWorld, case: CaseView) -> str:
    with world.services.database.reading() as work:
        row = work.cases.by_number(case.number)
        assert row
        return row.unit_code


def all_units(world: DeskWorld) -> list[str]:
    with world.services.database.reading() as work:
        return [row.code for row in work.district.units()]


def is_above(world: DeskWorld, code: str, below: str) -> bool:
    with world.services.database.reading() as work:
        return below in with_all_below([code], [(row.code, row.parent) for row in work.district.units()])


def test_bounds_must_be_codes_of_the_district(world: DeskWorld) -> None:
    admin, staff = world.operator("chief", "赵主任", "admin"), world.staff("li.na", "李娜")
    for bound in ("unit:nowhere", "planet:mars", "area:'; DROP TABLE staff"):
        answer = admin.post(f"/admin/accounts/{staff.id}/role", role="agent", bound=bound)
        assert answer.status_code == 400 and "不认识" in answer.text


def test_nobody_takes_the_own_office_away(world: DeskWorld) -> None:
    admin = world.operator("chief", "赵主任", "admin")
    assert admin.post(f"/admin/accounts/{admin.staff.id}/role", role="agent").status_code == 400


def test_a_conversation_nobody_can_place_is_everybody_s(world: DeskWorld) -> None:
    conversation = world.waiting()
    agent, admin = world.operator(), world.operator("chief", "赵主任", "admin")
    with world.services.database.reading() as work:
        area = work.district.areas()[0].code
    admin.post(f"/admin/accounts/{agent.staff.id}/role", role="agent", bound=f"area:{area}")
    assert agent.get(f"/desk/c/{conversation}").status_code == 200


def bound_to(world: DeskWorld, kind: str, code: str) -> Operator:
    """An agent who sees no more than this."""
    agent, admin = world.operator(), world.operator("chief", "赵主任", "admin")
    assert admin.post(f"/admin/accounts/{agent.staff.id}/role", role="agent", bound=f"{kind}:{code}").status_code == 303
    return agent


HERE, ELSEWHERE = ("我是阳光小区的，转人工", "370001001"), ("我在铁道新村，转人工", "370001002")


def placed(world: DeskWorld, text: str, address: str) -> str:
    """A resident who waits, and whose words say where they live."""
    return world.waiting(text, address=address)


def test_lists_are_full_of_what_lies_within(world: DeskWorld) -> None:
    """Whatever lies outside is left out before the pages are counted, in the page and in the API."""
    here = placed(world, HERE[0], "here")
    world.services.clock.move(minutes=1)
    for number in range(25):  # more than the list of the latest holds
        placed(world, ELSEWHERE[0], f"else-{number}")
    agent = bound_to(world, "area", HERE[1])
    assert f"/desk/c/{here}" in agent.get("/desk").text
    lists = agent.get("/desk/api/conversations").json()
    assert [[one["id"] for one in lists[name]] for name in ("queue", "recent")] == [[here], [here]]


def test_what_is_in_one_s_hands_is_seen_wherever_it_lies(world: DeskWorld) -> None:
    conversation = placed(world, ELSEWHERE[0], "li")
    agent = bound_to(world, "area", HERE[1])
    assert agent.get(f"/desk/c/{conversation}").status_code == 404
    world.services.handoff.assign(conversation, agent.staff, world.staff("chen.jing", "陈静", "supervisor"))
    assert agent.get(f"/desk/c/{conversation}").status_code == 200


def test_a_business_bounds_as_well(world: DeskWorld) -> None:
    conversation, wang = world.waiting(), world.staff("zhao.lei", "赵磊")
    world.services.handoff.claim(conversation, wang)
    world.services.handoff.transfer(conversation, wang, "噪声扰民")
    majors = dict.fromkeys(name.partition(" / ")[0] for _, name in world.services.cases.categories())
    agent = bound_to(world, "major", next(name for name in majors if name != "噪声扰民"))
    assert agent.get(f"/desk/c/{conversation}").status_code == 404
