"""What one message says, read from the words in clear: place, time, number, wishes, yes or no. Holds nothing for later."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from actions import words as word_table
from actions.base import Heard
from actions.places import read_place
from bot.app import Services
from bot.safety.urgency import is_urgent
from bot.text.contacts import bad_contact, find_contact
from bot.text.digits import to_digits
from bot.text.flags import is_anonymous, refuses_contact
from bot.text.normalize import even
from bot.text.places import find_place
from bot.text.span import Span
from bot.text.times import find_time

#: So few characters beside the facts are no message of their own.
FEW = 5
#: 天后庙道18号: glued to a name this is the number of a house, not a day.
HOUSE_NUMBER = re.compile("[0-9]+号")


@dataclass(frozen=True)
class Facts:
    """What was found in a message. Texts are in clear: they are used at once and kept nowhere."""

    words: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    time: str = ""
    contact: str = field(default="", repr=False)
    has_bad_contact: bool = False
    same_contact: bool = False  # the number that was given before holds
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
        return tail_of(self.contact)

    @property
    def is_only_facts(self) -> bool:
        """Whether next to nothing is said beside the facts."""
        return len(even(self.rest).replace(" ", "")) <= FEW

    @property
    def any_fact(self) -> bool:
        wishes = self.has_bad_contact or self.same_contact or self.refuses or self.anonymous
        return bool(self.place or self.time or self.contact or wishes)


def tail_of(contact: str) -> str:
    """The last four digits of a telephone number in any writing."""
    return to_digits(even(contact))[-4:]


def hear(heard: Heard, services: Services) -> Facts:
    """What the message says, read once however often it is asked."""
    return heard.once("facts", lambda: listen(heard.words(services)))


def category(heard: Heard, services: Services, words: str) -> str | None:
    """大类 / 小类 some words of the message point to."""
    return heard.once(("category", words), lambda: services.cases.likely_category(words))


def listen(words: str) -> Facts:
    """Read a message; a button or a message without words yields nothing."""
    if not words.strip():
        return Facts()
    same_contact = word_table.says("same_contact", words)
    points_back = same_contact or word_table.says("again", words)  # 电话还是刚才那个, 接着昨天那个
    place = find_place(words)
    spans = {"place": place, "time": None if points_back else _time_beside(words, place), "contact": find_contact(words)}
    rest = _without(words, [span for span in spans.values() if span])
    return Facts(
        words=words,
        place=read_place(words),
        time=spans["time"].text if spans["time"] else "",
        contact=spans["contact"].text if spans["contact"] else "",
        has_bad_contact=bad_contact(words) is not None,
        same_contact=same_contact and not spans["contact"],
        refuses=refuses_contact(words) or word_table.says("no_contact", words),
        anonymous=is_anonymous(words),
        urgent=is_urgent(words),
        corrects=word_table.says("cue", words),
        yes=word_table.is_yes(rest) or word_table.says("submit", rest),
        no=word_table.says("no", words),
        rest=rest,
    )


def _time_beside(words: str, place: Span | None) -> Span | None:
    """The time of a message; a number of the place (新建村52号) is none."""
    time = find_time(words)
    if time and HOUSE_NUMBER.fullmatch(even(time.text)) and words[time.start - 1 : time.start].isalpha():
        return None
    if time is None or place is None or time.end <= place.start or time.start >= place.end:
        return time
    return find_time(words[: place.start] + "，" * (place.end - place.start) + words[place.end :])


def _without(words: str, spans: list[Span]) -> str:
    for span in sorted(spans, key=lambda each: -each.start):
        words = words[: span.start] + " " + words[span.end :]
    return words
