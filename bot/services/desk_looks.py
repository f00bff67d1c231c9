"""What every open desk page compares: fingerprints of its lists and of its conversation, one look for all pages together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.cases.errors import Unavailable
from bot.services.live import Together
from bot.services.presence import roles_below
from bot.services.views import StaffView
from bot.store import desk_marks
from bot.store.database import Database, Work

#: As many of the latest conversations as a list shows.
RECENT = 20


@dataclass(frozen=True)
class Asked:
    """What one page wants compared: the lists of a staff member, or a conversation."""

    staff: StaffView | None = None
    conversation: str = ""


class DeskLooks:
    """One set of queries a round, however many pages are open."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._together: Together[Asked, str] = Together(self.look)

    async def lists(self, staff: StaffView) -> str | None:
        """The fingerprint of this person's lists; None while the database cannot be asked."""
        return await self._ask(Asked(staff=staff))

    async def conversation(self, conversation_id: str) -> str | None:
        """The fingerprint of a conversation as staff see it; None where there is none."""
        return await self._ask(Asked(conversation=conversation_id))

    async def _ask(self, asked: Asked) -> str | None:
        try:
            return await self._together.ask(asked)
        except Unavailable:
            return None

    def look(self, asked: frozenset[Asked]) -> Mapping[Asked, str]:
        """The fingerprints of all that is asked for. Looks at the database: for a thread."""
        people = [one.staff for one in asked if one.staff is not None]
        ids = [one.conversation for one in asked if one.conversation]
        with self.database.reading() as work:
            found = _of_lists(work, people) if people else {}
            if ids:
                marks = desk_marks.of_conversations(work.session, ids)
                found |= {Asked(conversation=ident): _fingerprint(marks[ident]) for ident in ids if marks.get(ident)}
        return found


def _of_lists(work: Work, people: list[StaffView]) -> dict[Asked, str]:
    owned, shared = desk_marks.of_lists(work.session, {"queued", *(staff.owner for staff in people)}, RECENT)
    told = {staff: {str(role) for role in roles_below(staff.role)} for staff in people}
    roles = set().union(*told.values())
    notices = desk_marks.of_notices(work.session, {staff.id for staff in people}, roles)
    found = {}
    for staff, theirs in told.items():
        mine = [ident for ident, to_staff, to_role in notices if to_staff == staff.id or to_role in theirs]
        found[Asked(staff=staff)] = _fingerprint(owned.get("queued"), owned.get(staff.owner), shared, mine)
    return found


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:16]
