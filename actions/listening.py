"""What one message says, read from the words in clear: place, time, number, wishes, yes or no. Holds nothing for later."""

from __future__ import annotations

from dataclasses import dataclass, field

from actions import words as word_table
from bot.text.contacts import bad_contact, find_contact
from bot.text.digits import to_digits
from bot.text.flags import is_anonymous, is_urgent, refuses_contact
from bot.text.normalize import even
from bot.text.places import find_place
from bot.text.span import Span
from bot.text.times import find_time

#: So few characters beside the facts are no message of their own.
FEW = 5


@dataclass(frozen=True)
class Facts:
    """What was found in a message. Texts are in clear: they are used at once and kept nowhere."""

    place: str = field(default="", repr=False)
    time: str = ""
    contact: str = field(default="", repr=False)
    has_bad_contact: bool = False
    refuses: bool = False
    anonymous: bool = False
    urgent: bool = False
    corrects: bool = False
    yes: bool = False
    no: bool = False
    rest: str = field(default="", repr=False)  # the words beside place, time and number

    @property
    def tail(self) -> str:
        """The last four digits of the number given."""
        return to_digits(even(self.contact))[-4:]

    @property
    def is_only_facts(self) -> bool:
        """Whether next to nothing is said beside the facts."""
        return len(even(self.rest).replace(" ", "")) <= FEW

    @property
    def any_fact(self) -> bool:
        return bool(self.place or self.time or self.contact or self.has_bad_contact or self.refuses or self.anonymous)


def listen(words: str) -> Facts:
    """Read a message; a button or a message without words yields nothing."""
    if not words.strip():
        return Facts()
    spans = {"place": find_place(words), "time": find_time(words), "contact": find_contact(words)}
    rest = _without(words, [span for span in spans.values() if span])
    return Facts(
        **{name: span.text if span else "" for name, span in spans.items()},
        has_bad_contact=bad_contact(words) is not None,
        refuses=refuses_contact(words),
        anonymous=is_anonymous(words),
        urgent=is_urgent(words),
        corrects=word_table.says("cue", words),
        yes=word_table.is_yes(rest) or word_table.says("submit", rest),
        no=word_table.says("no", words),
        rest=rest,
    )


def _without(words: str, spans: list[Span]) -> str:
    for span in sorted(spans, key=lambda each: -each.start):
        words = words[: span.start] + " " + words[span.end :]
    return words
