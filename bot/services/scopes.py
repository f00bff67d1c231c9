"""Whether a case or a conversation lies within a staff member's scope: asked here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.errors import NoSuchCase, NoSuchConversation
from bot.cases.scope import Scope
from bot.services.case_views import seen_by
from bot.services.views import CaseView, ConversationView, StaffView
from bot.store.database import Database
from bot.store.handoff_tables import HandoffRow


class Scopes:
    """Checks what is opened and thins out what is listed. Who has no bounds costs no query."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def check(self, staff: StaffView, *, number: str | None = None, conversation_id: str | None = None) -> None:
        """Raises NoSuchCase or NoSuchConversation for what lies outside: nobody learns that it exists."""
        if number is not None and not self._cases(staff, [number]):
            raise NoSuchCase(number)
        if conversation_id is not None and not self._conversations(staff, [conversation_id]):
            raise NoSuchConversation(conversation_id)

    def cases(self, staff: StaffView, views: Sequence[CaseView]) -> list[CaseView]:
        """Those within the scope, in the same order."""
        seen = self._cases(staff, [view.number for view in views])
        return [view for view in views if view.number in seen]

    def conversations(self, staff: StaffView, views: Sequence[ConversationView]) -> list[ConversationView]:
        """Those within the scope, in the same order."""
        seen = self._conversations(staff, [view.id for view in views])
        return [view for view in views if view.id in seen]

    def _cases(self, staff: StaffView, numbers: Sequence[str]) -> set[str]:
        if not staff.scope.bounded:
            return set(numbers)
        with self.database.reading() as work:
            rows = [row for number in numbers if (row := work.cases.by_number(number))]
            return {row.number for row in rows if seen_by(work, row, staff)}

    def _conversations(self, staff: StaffView, ids: Sequence[str]) -> set[str]:
        """A conversation is bound by its open call for a person, once that says where and what about.

        One that names neither belongs to everybody at the desk: a resident nobody can place must still find a person.
        """
        if not staff.scope.bounded:
            return set(ids)
        with self.database.reading() as work:
            calls = work.handoffs.open_of(ids)
        return {one for one in ids if _open_to(staff.scope, calls.get(one))}


def _open_to(scope: Scope, call: HandoffRow | None) -> bool:
    if call is None:
        return True
    elsewhere = bool(call.area and scope.areas) and call.area not in scope.areas
    other_business = bool(call.business and scope.majors) and call.business not in scope.majors
    return not elsewhere and not other_business
