"""A case while it is being taken down. Between messages it lives in one slot: inbox ids and masked words, no personal data.

What is said about it is in `case_form.py`; it is filed, from the words in clear, in `filing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from actions.places import first_clause, merge, read_place
from bot.services.views import NewCase
from bot.text.contacts import find_contact
from bot.text.times import find_time

Kind = Literal["report", "service", "dispute"]
#: Rasa's intent → the kind of case it starts.
KINDS: dict[str, Kind] = {"report_problem": "report", "request_service": "service", "report_dispute": "dispute"}
#: Kinds that cannot be done without being in touch; for a report the card leaves room for a number.
NEEDS_PHONE = frozenset({"service", "dispute"})
Original = Callable[[int], str]
#: Where something was told: [inbox id, how to read it, first character, last character + 1 or None].
Quote = list[Any]


def quote(inbox_id: int | None, how: str = "words", start: int = 0, end: int | None = None) -> Quote:
    """A place in the resident's own messages, to be read in clear when the case is filed."""
    return [inbox_id, how, start, end]


@dataclass
class Matter:
    """What is the matter and where: the part of a case that a second problem has for itself."""

    description_in: list[Quote] = field(default_factory=list)
    description: str = ""
    location_in: list[Quote] = field(default_factory=list)
    location: str = ""
    urgent: bool = False

    def place(self, original: Original) -> str:
        """The place in clear."""
        place = ""
        for told in self.location_in:
            place = merge(place, read(told, original))
        return place or self.location

    def words(self, original: Original) -> str:
        """The description in clear, each thing once."""
        told = [read(told, original) for told in self.description_in]
        return "\n".join(dict.fromkeys(told)) or self.description


@dataclass
class Draft(Matter):
    """Quotes say where a fact was told; the words beside them are masked and for showing only."""

    kind: Kind = "report"
    before: list[Quote] = field(default_factory=list)  # pieces told before it was clear what is the matter
    before_shown: list[str] = field(default_factory=list)
    further: list[dict[str, Any]] = field(default_factory=list)  # more matters, to be filed with the same confirmation
    no_place: bool = False  # asked in vain: the staff will find out
    time_in: Quote = field(default_factory=list)
    time: str = ""
    settled: str = ""  # the time for which a slot was looked for
    service: str = ""  # what is booked (data/district/bookings.csv), and the part of a day that is free
    slot: str = ""
    phone_in: int | None = None
    phone_of: str | None = None  # number of an earlier case whose telephone number holds for this one too
    phone_tail: str = ""
    refused: bool = False
    anonymous: bool = False
    asked: list[str] = field(default_factory=list)
    heard: str = ""
    said: list[str] = field(default_factory=list)  # what has been heard, so that the same message again is one
    change: str | None = None  # the line to be changed; "?": which one is still to be asked
    leaving: bool = False  # the resident said goodbye before it was filed
    parked: bool = False  # laid aside; can be taken up again
    confirmed: bool = False
    question: str = ""  # key of the question that stands below the card
    put: list[str] = field(default_factory=list)  # questions that have stood there: each once
    answers: list[list[str]] = field(default_factory=list)  # [question, option chosen]: words of the table, nobody's own
    instead: str = ""  # the form ended because the message was something else (actions/detours.py)

    @classmethod
    def of(cls, slot: dict[str, Any] | None) -> Draft:
        """The draft a slot holds; an empty one for an empty slot."""
        return cls(**slot) if slot else cls()

    def as_slot(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def matters(self) -> list[Matter]:
        """Everything that will be filed, the first matter first; a further one without a place has the first one's."""
        others = [Matter(**values) for values in self.further]
        for other in others:
            if not other.location:
                other.location, other.location_in = self.location, self.location_in
        return [self, *others]

    @property
    def is_empty(self) -> bool:
        return not (self.description or self.location or self.has_phone)

    @property
    def has_phone(self) -> bool:
        return bool(self.phone_in or self.phone_of)

    def next_slot(self) -> str | None:
        """What to ask now; None: confirmed, file it."""
        if self.instead:
            return None
        if self.leaving:
            return "case_confirm"
        if self.change:
            return {"?": "case_change"}.get(self.change, f"case_{self.change}")
        for slot, is_known in (
            ("case_description", bool(self.description)),
            ("case_location", bool(self.location) or self.no_place),
            ("case_time", self.kind != "service" or bool(self.time) or "case_time" in self.asked),
            ("case_phone", self.phone_is_settled),
            ("case_confirm", self.confirmed),
        ):
            if not is_known:
                return slot
        return None

    @property
    def phone_is_settled(self) -> bool:
        """A number is asked for once, where it is needed, and not of somebody who wants to stay unknown."""
        is_needed = self.kind in NEEDS_PHONE and not (self.refused or self.anonymous)
        return self.has_phone or not is_needed or "case_phone" in self.asked

    def clear(self, original: Original, contact_of: Callable[[str], str | None]) -> list[NewCase]:
        """The cases to file, in clear, from the original words."""
        contact = None
        if self.phone_in is not None:
            found = find_contact(original(self.phone_in))
            contact = found.text if found else None
        elif self.phone_of is not None:
            contact = contact_of(self.phone_of)
        occurred = read(self.time_in, original) if self.time_in else None
        return [
            NewCase(
                kind=self.kind, description=matter.words(original), location=matter.place(original), occurred=occurred,
                contact=contact, anonymous=self.anonymous, urgent=matter.urgent, ordinal=ordinal,
                answers=tuple((question, answer) for question, answer in self.answers) if ordinal == 0 else (),
            )
            for ordinal, matter in enumerate(self.matters)
        ]  # fmt: skip


def read(told: Quote, original: Original) -> str:
    """What a quote says, in clear."""
    inbox_id, how, start, end = told
    return READ[how](original(inbox_id)[start:end]).strip()


def _time(words: str) -> str:
    span = find_time(words)
    return span.text if span else words


#: How a fact was told → how it is read out of the original words.
READ: dict[str, Callable[[str], str]] = {
    "place": lambda words: read_place(words) or words,
    "clause": first_clause,
    "time": _time,
    "words": str,
}
