"""Whom a call is offered to, by what the resident wrote: their language first, their community's person before others."""

from __future__ import annotations

import pytest

from bot.services.views import NewCase
from tests.builders import a_staff, process, write

CUIHU, OTHER = "370001001", "370001002"
#: login → what they answer for. Everybody is there and free; 通 has named nothing.
PEOPLE = {
    "tong": [],
    "cui": [("area", CUIHU)],
    "bie": [("area", OTHER)],
    "ying": [("language", "en")],
    "yue": [("language", "yue"), ("area", OTHER)],
}


@pytest.fixture
def people(services):
    found = {}
    for login, skills in PEOPLE.items():
        staff = found[login] = a_staff(services, login)
        services.presence.set_profile(staff.id, staff, capacity=5, telegram_id=None, skills=skills)
        services.presence.beat(staff, active=True)
    return found


@pytest.mark.parametrize(
    ("lines", "carried", "who"),
    [
        (["转人工"], None, {"tong", "ying", "cui", "bie", "yue"}),
        (["The elevator is broken, please send somebody"], None, {"ying"}),
        (["I live in 阳光小区"], None, {"cui"}),  # Chinese characters: the estate says where
        (["唔該幫我搵人，我屋企冇水"], None, {"yue"}),
        (["唔該，陽光小區3號樓冇水，搵人工"], None, {"yue"}),  # the language before the community
        (["我是阳光小区的，转人工"], None, {"cui"}),
        (["转人工"], {"地点": "阳光小区3号楼", "事情": "路灯坏了"}, {"cui"}),
        (["我在翠湖社区，转人工"], None, {"cui"}),
    ],
)
def test_who_is_offered_a_resident(services, people, lines, carried, who):
    for line in lines:
        conversation = write(services, line)
    services.handoff.request(conversation, "asked", carried=carried)
    offered = services.handoff.get(conversation).offered_to
    assert next(login for login, staff in people.items() if staff.id == offered) in who


def test_the_newest_case_says_where_a_resident_lives(services, people):
    conversation = write(services, "路灯坏了")
    process(services)
    services.cases.file(conversation, NewCase("report", "路灯不亮", location="阳光小区3号楼"), inbox_id=None)
    for _ in range(9):  # the estate is not among the latest messages
        write(services, "好的")
    services.handoff.request(conversation, "asked")
    assert services.handoff.get(conversation).offered_to == people["cui"].id


def test_who_has_no_room_is_not_waited_for(services, people):
    ying = people["ying"]
    services.presence.set_profile(ying.id, ying, capacity=1, telegram_id=None, skills=[("language", "en")])
    services.handoff.claim(write(services, "别的事", address="bie"), ying)
    conversation = write(services, "Please let me talk to somebody")
    services.handoff.request(conversation, "asked")
    assert services.handoff.get(conversation).offered_to not in (None, ying.id)
