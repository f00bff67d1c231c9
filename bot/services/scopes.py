"""Whether a case or a conversation lies within a staff member's scope. Lists ask the store, which filters before it counts."""

from __future__ import annotations

from bot.cases.errors import NoSuchCase, NoSuchConversation
from bot.services.case_views import seen_by
from bot.services.views import StaffView
from bot.store.database import Database


class Scopes:
    """Checks what is opened. Who has no bounds costs no query."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def check(self, staff: StaffView, *, number: str | None = None, conversation_id: str | None = None) -> None:
        """Raises NoSuchCase or NoSuchConversation for what lies outside: nobody learns that it exists."""
        if not staff.scope.bounded:
            return
        with self.database.reading() as work:
            if number is not None:
                case = work.cases.by_number(number)
                if case is None or not seen_by(work, case, staff):
                    raise NoSuchCase(number)
            if conversation_id is not None and not work.conversations.is_within(conversation_id, staff.scope, staff.owner):
                raise NoSuchConversation(conversation_id)
