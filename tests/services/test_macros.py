"""Macros are one transaction: every step, or none of them; and what a whole sees while it goes on."""

from __future__ import annotations

import pytest

from bot.app import Services
from bot.cases.errors import Invalid, NotOwner
from bot.services.auditing import Wanted
from bot.services.macros import Step
from bot.services.views import StaffView
from tests.builders import a_staff, process, said, write


@pytest.fixture
def people(both_services: Services) -> tuple[StaffView, StaffView]:
    """An agent, and the supervisor who keeps macros."""
    return a_staff(both_services), a_staff(both_services, "chen", "supervisor")


def kept(services: Services, by: StaffView, *steps: Step) -> int:
    return services.workplace.macros.save(0, "试", steps, by).id


def test_a_step_that_is_refused_undoes_those_before_it(both_services: Services, people: tuple[StaffView, StaffView]) -> None:
    wang, chen = people
    at_hand, handoff = both_services.workplace, both_services.handoff
    steps = (Step("label", "噪声"), Step("note", "按噪声办"), Step("reply", "正在登记"), Step("file_case", "没有这一类"))
    macro = kept(both_services, chen, *steps)
    conversation = write(both_services, "楼上天天半夜装修")
    process(both_services)
    handoff.claim(conversation, wang)
    before = both_services.conversations.transcript(conversation, for_staff=True)
    with pytest.raises(Invalid):
        at_hand.macros.run(macro, conversation, wang, run_id="run-1234")
    assert both_services.conversations.transcript(conversation, for_staff=True) == before
    assert at_hand.sidework.labels([conversation]) == {}
    assert both_services.cases.of_resident(handoff.get(conversation).resident_id) == []
    assert at_hand.audit.search(Wanted(action="macro_run")) == []
    assert not at_hand.audit.verify().broken


def test_a_later_step_sees_what_an_earlier_one_did(both_services: Services, people: tuple[StaffView, StaffView]) -> None:
    wang, chen = people
    macro = kept(both_services, chen, Step("file_case"), Step("reply", "工单号{工单号}"), Step("close"))
    conversation = write(both_services, "楼上天天半夜装修")
    process(both_services)
    both_services.handoff.claim(conversation, wang)
    done = both_services.workplace.macros.run(macro, conversation, wang, run_id="run-1234")
    assert f"工单号{done.case}" in said(both_services, conversation)
    with pytest.raises(NotOwner):
        both_services.workplace.macros.run(macro, conversation, wang, run_id="run-1234")
    assert len(both_services.cases.of_resident(both_services.handoff.get(conversation).resident_id)) == 1


def test_what_comes_after_a_whole_is_its_own_transaction(both_services: Services) -> None:
    database = both_services.database
    with pytest.raises(Invalid):
        database.together(lambda work: write(both_services, "不算数") and _refuse())
    conversation = write(both_services, "算数")
    assert [view.text for view in both_services.conversations.transcript(conversation)] == ["算数"]


def _refuse() -> None:
    raise Invalid("text")
