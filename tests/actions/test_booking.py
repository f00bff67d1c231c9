"""Booking and mediation in the case form, in residents' words."""

from __future__ import annotations

import pytest

from bot.app import Services
from tests.actions.talk import Talk


def booked(services: Services) -> Talk:
    """A resident who has booked a bath for the old mother."""
    said = Talk(services)
    said.say("老妈瘫在床上，想约人上门洗澡，阳光小区2栋", "request_service")
    said.say("下周二上午", "nlu_fallback").say("13800138000", "give_contact")
    said.run("action_ask_case_form_case_confirm")
    return said


def test_the_card_of_a_booking_names_service_slot_and_place(services: Services) -> None:
    said = booked(services)
    assert said.said == ["utter_booking_card_phone"]
    assert (said.facts["service"], said.facts["slot"]) == ("上门助浴助洁", "12月1日（周二）上午")
    done = said.say("订吧", "affirm").run("action_file_case")
    assert (done.said, done.did) == (["utter_booked"], ["book"])
    assert services.bookings.of_case(done.facts["number"]) is not None


def test_a_time_that_is_closed_gets_the_next_free_one(services: Services) -> None:
    said = Talk(services).say("想约人上门给我妈洗澡，阳光小区2栋", "request_service")
    said.say("星期天上午", "nlu_fallback")
    assert said.said == ["utter_booking_instead"]
    assert said.facts["slot"] == "11月30日（周一）上午"


def test_another_time_may_be_said_on_the_card(services: Services) -> None:
    said = booked(services)
    said.say("改成下周三下午吧", "deny")
    assert said.run("action_ask_case_form_case_confirm").facts["slot"] == "12月2日（周三）下午"


def test_something_broken_at_home_is_a_visit_whatever_it_was_called(services: Services) -> None:
    said = Talk(services).say("我要投诉，我家厨房水龙头关不紧，3栋902", "report_problem")
    assert said.asked == "case_time"
    said.say("今天能来不 13800138000", "give_contact")
    done = said.say("行行行", "affirm").run("action_file_case")
    assert done.did == ["book"]


@pytest.mark.parametrize("words", ["阳光小区3号楼路灯坏了", "楼道里水龙头漏水，阳光小区3号楼"])
def test_what_is_broken_outside_is_a_report(services: Services, words: str) -> None:
    assert Talk(services).say(words, "report_problem").asked == "case_confirm"


def test_a_booking_moves_by_saying_so(services: Services) -> None:
    said = booked(services)
    said.say("订", "affirm").run("action_file_case")
    number = said.facts["number"]
    moved = said.write("改到下周四下午", "supplement_case").run("action_small_talk")
    assert (moved.said, moved.did) == (["utter_booking_moved"], ["change_time"])
    found = services.bookings.of_case(number)
    assert found is not None
    assert found[1].code == "20261203pm"
    full = said.write("改到星期天吧", "supplement_case").run("action_small_talk")
    assert (full.said, full.did) == (["utter_booking_full"], [])


def test_a_withdrawn_booking_gives_its_place_back(services: Services) -> None:
    said = booked(services)
    said.say("订", "affirm").run("action_file_case")
    number = said.facts["number"]
    errand = Talk(services, form="progress_form")
    errand.say("撤回", "withdraw_case").say("撤", "affirm").run("action_do_errand")
    assert services.bookings.of_case(number) is None


def test_a_dispute_is_a_request_for_mediation_with_the_askers_consent(services: Services) -> None:
    said = Talk(services).say("楼上漏水泡了我家，两家谈不拢，阳光小区6号楼，想请你们出面调解", "report_dispute")
    assert said.asked == "case_phone"
    said.say("不留电话", "give_contact")
    assert said.run("action_ask_case_form_case_confirm").said == ["utter_mediation_card_no_phone"]
    done = said.say("对 申请调解", "affirm").run("action_file_case")
    assert (done.said, done.did) == (["utter_mediation_opened"], ["mediation"])
    assert services.mediation.state(done.facts["number"]) == (True, "not_asked")
