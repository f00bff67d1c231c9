"""Bookings: free slots, the last place, changes, the end of a case, the reminder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.app import Services
from bot.cases.errors import NoSuchCase
from bot.services.bookings import Taken
from bot.services.views import NewCase
from tests.builders import said, write

BATHING = "1403"  # two places in each half day, Monday to Saturday


def a_case(services: Services, address: str = "li", description: str = "想约人上门给老人洗澡") -> str:
    conversation = write(services, description, address=address)
    new = NewCase(kind="service", description=description, location="阳光小区2栋", contact="13800138000")
    return services.cases.file(conversation, new, inbox_id=None).number


def fill(services: Services, slot: str, service: str = "bathing") -> list[str]:
    """Book every place of a slot; the cases."""
    found = services.bookings.bookable.get(service)
    assert found is not None
    numbers = [a_case(services, f"r{index}") for index in range(found.capacity)]
    for number in numbers:
        services.bookings.book(number, service, slot)
    return numbers


@pytest.mark.parametrize(
    ("words", "slot", "as_wanted"),
    [
        ("下周二上午", "20261201am", True),
        ("明天", "20261124am", True),
        ("今天上午", "20261123pm", False),  # it is ten o'clock: the morning has begun
        ("今天能来不", "20261123pm", True),
        ("越快越好", "20261123pm", True),
        ("星期天下午", "20261130am", False),
        ("明年再说吧 1月5号", "20261123pm", False),
    ],
)
def test_the_slot_that_fits_best(services: Services, words: str, slot: str, as_wanted: bool) -> None:
    offer = services.bookings.offer(BATHING, words)
    assert offer is not None
    assert (offer.slot.code, offer.as_wanted) == (slot, as_wanted)


@pytest.mark.parametrize(("category", "words"), [("0101", "明天"), (None, "明天"), (BATHING, "孩子放学以后")])
def test_what_is_not_booked_or_not_a_day_has_no_slot(services: Services, category: str | None, words: str) -> None:
    assert services.bookings.offer(category, words) is None


def test_a_window_is_shut_on_a_holiday(services: Services) -> None:
    services.clock.move(days=-55)  # 29 September 2026
    offer = services.bookings.offer("1414", "10月2号上午")
    assert offer is not None
    assert not offer.as_wanted


def test_a_full_slot_is_refused_and_the_next_is_offered(both_services: Services) -> None:
    fill(both_services, "20261124am")
    with pytest.raises(Taken):
        both_services.bookings.book(a_case(both_services, "late"), "bathing", "20261124am")
    offer = both_services.bookings.offer(BATHING, "明天上午")
    assert offer is not None
    assert (offer.slot.code, offer.as_wanted) == ("20261124pm", False)


def test_of_many_who_want_the_last_place_at_once_nobody_sits_on_anothers_lap(both_services: Services) -> None:
    services = both_services
    numbers = [a_case(services, f"r{index}") for index in range(6)]

    def book(number: str) -> bool:
        try:
            services.bookings.book(number, "bathing", "20261125pm")
        except Taken:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(book, numbers)) == 2


@pytest.mark.parametrize("ends", ["cancel", "withdraw"])
def test_a_place_is_free_again_when_it_is_not_needed(services: Services, ends: str) -> None:
    first, *_ = fill(services, "20261124am")
    if ends == "cancel":
        services.bookings.cancel(first)
    else:
        services.cases.withdraw(services.cases.get(first).resident_id, first, inbox_id=None)
    services.bookings.book(a_case(services, "late"), "bathing", "20261124am")


def test_a_booking_moves_and_leaves_its_place(services: Services) -> None:
    number = a_case(services)
    services.bookings.book(number, "bathing", "20261124am")
    services.bookings.book(number, "bathing", "20261125pm")
    booked = services.bookings.of_case(number)
    assert booked is not None
    assert booked[1].words == "11月25日（周三）下午"
    assert services.cases.get(number).occurred == "11月25日（周三）下午"
    fill(services, "20261124am")


def test_the_day_before_the_resident_is_reminded_once(services: Services) -> None:
    number = a_case(services)
    services.bookings.book(number, "bathing", "20261125pm")
    assert services.bookings.once() == 0
    services.clock.move(seconds=timedelta(days=1, hours=8).total_seconds())
    assert (services.bookings.once(), services.bookings.once()) == (1, 0)
    assert "11月25日（周三）下午" in said(services, services.cases.get(number).conversation_id)[-1]


@pytest.mark.parametrize("slot", ["", "20261199am", "20261124night", "20261122am", "20301124am"])
def test_a_slot_that_cannot_be_is_refused(services: Services, slot: str) -> None:
    with pytest.raises(Taken):
        services.bookings.book(a_case(services), "bathing", slot)


def test_nobody_books_for_a_case_that_is_not(services: Services) -> None:
    with pytest.raises(NoSuchCase):
        services.bookings.book("JF-20260101-9999", "bathing", "20261124am")


def test_mediation_is_asked_for_once_and_behind_closed_doors(both_services: Services) -> None:
    number = a_case(both_services, description="楼上漏水谈不拢")
    assert both_services.mediation.state(number) is None
    both_services.mediation.request(number)
    both_services.mediation.request(number)
    assert both_services.mediation.state(number) == (True, "not_asked")
