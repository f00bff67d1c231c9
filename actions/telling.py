"""Takes the words of a message into the description: of the first matter, or of a further one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

from actions.base import Heard
from actions.draft import Draft, Matter, quote
from actions.listening import Facts, category
from actions.matters import Part, begins_another, has_place_of_its_own, parts
from actions.places import is_part, is_vague, merge, read_place, shown
from bot.app import Services
from bot.safety import redact
from bot.safety.urgency import is_urgent
from bot.text.normalize import even

#: So many matters at most are kept apart; more in one message stay together with the last.
MOST_MATTERS = 3


@dataclass(frozen=True)
class Told:
    """One message and what was read from it."""

    heard: Heard
    facts: Facts
    services: Services

    @cached_property
    def parts(self) -> list[Part]:
        """The matters the message tells of."""
        return parts(self.facts.words, self.category)

    def category(self, words: str) -> str | None:
        """大类 / 小类 some words of the message point to."""
        return category(self.heard, self.services, words)


def tell(draft: Draft, told: Told) -> None:
    """Add the words to the description; what is a matter of its own becomes one, as long as nothing was told before."""
    heard = told.heard
    if not heard.text or any(told_in[0] == heard.inbox_id for told_in in draft.description_in):
        return
    if not draft.description and len(told.parts) > 1:
        first, *others = told.parts
        _add(draft, heard, first)
        _take_part_place(draft, heard, told.parts)
        for part in others[: MOST_MATTERS - 1]:
            draft.further.append(_matter(heard, part, draft))
        return
    if not draft.description:
        _take_pieces(draft)
    draft.description = "\n".join(filter(None, (draft.description, heard.text)))
    if heard.inbox_id is not None:
        draft.description_in.append(quote(heard.inbox_id))


def tell_another(draft: Draft, told: Told) -> bool:
    """A message that begins with 还有件事 and tells one: kept as a further matter. Answers whether it was one."""
    heard, text = told.heard, told.facts.words
    if not draft.description or heard.is_button or len(draft.further) >= MOST_MATTERS - 1 or not begins_another(text):
        return False
    kinds = told.category(draft.description), told.category(text)
    if kinds[1] is None or (kinds[0] == kinds[1] and not has_place_of_its_own(text)):
        return False
    draft.further.append(_matter(heard, Part(0, len(text), text), draft))
    return True


def keep_piece(draft: Draft, told: Told) -> None:
    """文昌苑 · 6号楼 · 后面那个垃圾房: pieces told before the matter; what they say beside the place will belong to it."""
    heard, facts = told.heard, told.facts
    if heard.inbox_id is None or heard.is_wordless or heard.is_shared_place or heard.is_button or facts.contact:
        return
    if not facts.any_fact or facts.refuses or facts.anonymous:
        return
    draft.before.append(quote(heard.inbox_id))
    draft.before_shown.append(shown(facts.place) if facts.place == facts.words.strip() else heard.text)


def _take_pieces(draft: Draft) -> None:
    """The pieces that are not simply the place become the beginning of the description."""
    kept = [
        (told, text)
        for told, text in zip(draft.before, draft.before_shown, strict=True)
        if even(text) not in even(draft.location)
    ]
    draft.description = "\n".join(text for _, text in kept)
    draft.description_in = [told for told, _ in kept]
    draft.before, draft.before_shown = [], []


def _add(matter: Matter, heard: Heard, part: Part) -> None:
    matter.description = redact.mask(part.text)
    matter.description_in = [quote(heard.inbox_id, "words", part.start, part.end)]


def _matter(heard: Heard, part: Part, draft: Draft) -> dict[str, object]:
    """A further matter, with its own place or the part of the first one's that differs."""
    matter = Matter(urgent=is_urgent(part.text))
    _add(matter, heard, part)
    place = read_place(part.text)
    if place and not is_vague(place):
        earlier = draft.location_in if is_part(place) else []
        matter.location = shown(merge(draft.location if is_part(place) else "", place))
        matter.location_in = [*earlier, quote(heard.inbox_id, "place", part.start, part.end)]
    return asdict(matter)


def _take_part_place(draft: Draft, heard: Heard, told_parts: list[Part]) -> None:
    """The first matter's place: its own, else the first that any of them names."""
    for part in told_parts:
        place = read_place(part.text)
        if place and not is_vague(place):
            draft.location, draft.location_in = shown(place), [quote(heard.inbox_id, "place", part.start, part.end)]
            return
