"""A service is booked, a dispute goes to mediation: what the case form adds for them, and what is said when it is filed."""

from __future__ import annotations

from actions import words
from actions.base import Heard, Reply
from actions.draft import Draft
from actions.telling import Told
from bot.app import Services
from bot.cases.errors import Refused
from bot.safety.urgency import is_urgent
from bot.services.views import CaseView


def settle(draft: Draft, told: Told) -> str | None:
    """Put the slot that fits into the draft; answers the response that says why it is another than was wanted.

    A report of something broken in one's own home that somebody is sent to repair is a service, whatever it was called.
    """
    bookings, words_told = told.services.bookings, draft.description
    category = told.services.cases.likely_code(words_told) if words_told else None
    if draft.kind == "report" and _is_at_home(draft) and bookings.bookable.service_of(category):
        draft.kind = "service"
    if draft.kind != "service" or not draft.time or draft.time == draft.settled:
        return None
    chosen = bookings.bookable.slot(told.heard.choice or "") if told.heard.is_button else None
    offer = bookings.offer(category, chosen.words if chosen else draft.time)
    draft.settled, draft.slot, draft.service = draft.time, "", ""
    if offer is None:
        return None
    draft.slot, draft.service = offer.slot.code, offer.service.code
    return None if offer.as_wanted else "utter_booking_instead"


def _is_at_home(draft: Draft) -> bool:
    return words.says("own_home", draft.description) and not is_urgent(draft.description)


def facts_of(draft: Draft, services: Services) -> dict[str, str]:
    """What a card says of the booking; empty where nothing is booked."""
    service, slot = services.bookings.bookable.get(draft.service), services.bookings.bookable.slot(draft.slot)
    if service is None or slot is None:
        return {}
    return {"service": service.name, "slot": slot.words, "where": service.where}


def conclude(heard: Heard, services: Services, draft: Draft, case: CaseView, facts: dict[str, str]) -> tuple[Reply, str]:
    """What is said of a filed case and what was done: booked, sent to mediation, or simply filed."""
    if draft.kind == "dispute":
        services.mediation.request(case.number)
        return Reply("utter_mediation_opened", **facts), "mediation"
    if draft.slot and not draft.further:
        try:
            services.bookings.book(case.number, draft.service, draft.slot)
        except Refused:
            return Reply("utter_booking_lost", **facts), "file_case"
        return Reply("utter_booked", **facts, **facts_of(draft, services)), "book"
    return Reply("utter_case_filed_urgent" if case.urgent else "utter_case_filed", **facts), "file_case"


def move(heard: Heard, services: Services, number: str, when: str) -> Reply | None:
    """改到周四上午 behind a booking: moved where there is room, else said what is free; None where nothing was booked."""
    booked = services.bookings.of_case(number)
    if booked is None or not when:
        return None
    service, _ = booked
    offer = services.bookings.offer(next(iter(service.categories)), when)
    if offer is None:
        return None
    facts = {"number": number, "service": service.name, "slot": offer.slot.words, "where": service.where}
    if not offer.as_wanted:
        return Reply("utter_booking_full", **facts)
    services.bookings.book(number, service.code, offer.slot.code)
    return Reply("utter_booking_moved", **facts).did("change_time")
