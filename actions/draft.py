"""A case while it is being taken down. Between messages it lives in one slot: inbox ids and masked words, no personal data.

What is said about it is in `case_form.py`; it is filed, from the words in clear, in `filing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from actions.places import first_clause, merge
from bot.services.views import NewCase
from bot.text.contacts import find_contact
from bot.text.places import find_place
from bot.text.times import find_time

Kind = Literal["report", "service", "dispute"]
#: Rasa's intent → the kind of case it starts.
KINDS: dict[str, Kind] = {"report_problem": "report", "request_service": "service", "report_dispute": "dispute"}
Original = Callable[[int], str]


@dataclass
class Draft:
    """Inbox ids say where a fact was told; the words beside them are masked and for showing only."""

    kind: Kind = "report"
    description_in: list[int] = field(default_factory=list)
    description: str = ""
    location_in: list[list[Any]] = field(default_factory=list)  # [inbox id, "place" | "clause" | "words"]
    location: str = ""
    no_place: bool = False  # asked in vain: the staff will find out
    time_in: list[Any] = field(default_factory=list)
    time: str = ""
    phone_in: int | None = None
    phone_tail: str = ""
    refused: bool = False
    anonymous: bool = False
    urgent: bool = False
    asked: list[str] = field(default_factory=list)
    heard: str = ""
    change: str | None = None  # the line to be changed; "?": which one is still to be asked
    leaving: bool = False  # the resident said goodbye before it was filed
    parked: bool = False  # laid aside; can be taken up again
    confirmed: bool = False

    @classmethod
    def of(cls, slot: dict[str, Any] | None) -> Draft:
        """The draft a slot holds; an empty one for an empty slot."""
        return cls(**slot) if slot else cls()

    def as_slot(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_empty(self) -> bool:
        return not (self.description or self.location or self.phone_in)

    def next_slot(self) -> str | None:
        """What to ask now; None: confirmed, file it."""
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
        """A number is asked for once, and not of somebody who wants to stay unknown."""
        return bool(self.phone_in or self.refused or self.anonymous or "case_phone" in self.asked)

    def clear(self, original: Original) -> NewCase:
        """The case to file, in clear, from the original words."""
        location = ""
        for inbox_id, how in self.location_in:
            location = merge(location, READ[how](original(inbox_id)))
        time = original(self.time_in[0]) if self.time_in else ""
        contact = find_contact(original(self.phone_in)) if self.phone_in else None
        return NewCase(
            kind=self.kind,
            description="\n".join(original(inbox_id) for inbox_id in self.description_in) or self.description,
            location=location or self.location,
            occurred=(_found(find_time, time) if self.time_in and self.time_in[1] == "time" else time) or None,
            contact=contact.text if contact else None,
            anonymous=self.anonymous,
            urgent=self.urgent,
        )


def _place(words: str) -> str:
    return _found(find_place, words)


def _found(find: Callable[[str], Any], words: str) -> str:
    """The part of the words that `find` finds; all of them where it finds nothing."""
    span = find(words)
    return span.text if span else words


#: How the place was told → how it is read out of the original words.
READ: dict[str, Callable[[str], str]] = {"place": _place, "clause": first_clause, "words": str}
