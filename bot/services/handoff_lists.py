"""Conversations as the desk lists them: the queue, one's own, the latest, one; and the little that says a list has changed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.errors import NoSuchConversation
from bot.cases.scope import EVERYTHING, Scope
from bot.services.views import ConversationState, ConversationView, StaffView
from bot.store.database import Database, Work
from bot.store.handoff_tables import HandoffRow
from bot.store.tables import ConversationRow

OWNER_NAMES = {"bot": "机器人", "queued": "排队中", "closed": "已结束"}


class Lists:
    """Looks at conversations; changes nothing."""

    database: Database

    def queue(self, within: Scope = EVERYTHING) -> list[ConversationView]:
        """Who waits for a person, most urgent first, then longest waiting."""
        return self._list("queued", within)

    def mine(self, staff: StaffView) -> list[ConversationView]:
        """What this person has taken."""
        return self._list(staff.owner)

    def recent(self, limit: int = 50, within: Scope = EVERYTHING) -> list[ConversationView]:
        """Conversations by last change; what lies outside of the scope takes no place among the `limit`."""
        with self.database.reading() as work:
            return self._views(work, work.conversations.recent(limit, within))

    def get(self, conversation_id: str) -> ConversationView:
        """One conversation. Raises NoSuchConversation."""
        with self.database.reading() as work:
            row = work.conversations.get(conversation_id)
            if row is None:
                raise NoSuchConversation(conversation_id)
            return self._views(work, [row])[0]

    def state(self, conversation_id: str) -> ConversationState:
        """The little that changes whenever a page has something new to show; cheap enough to ask on every call."""
        with self.database.reading() as work:
            found = work.conversations.watched(conversation_id)
            if found is None:
                raise NoSuchConversation(conversation_id)
            owner, last_position, unprocessed = found
            return ConversationState(owner, self._owner_name(work, owner), last_position, unprocessed)

    def _list(self, owner: str, within: Scope = EVERYTHING) -> list[ConversationView]:
        with self.database.reading() as work:
            return self._views(work, work.conversations.owned_by(owner, within=within))

    def _views(self, work: Work, rows: Sequence[ConversationRow]) -> list[ConversationView]:
        """Views of many conversations with a handful of queries, however many they are."""
        ids = [row.id for row in rows]
        texts, alerted = work.messages.last_texts(ids), work.conversations.alerted(ids)
        calls = work.handoffs.open_of(ids)
        names = {owner: self._owner_name(work, owner) for owner in {row.owner for row in rows}}
        return [_view(row, names[row.owner], texts.get(row.id, ""), row.id in alerted, calls.get(row.id)) for row in rows]

    @staticmethod
    def _owner_name(work: Work, owner: str) -> str:
        if owner in OWNER_NAMES:
            return OWNER_NAMES[owner]
        staff = work.staff.by_id(int(owner.removeprefix("staff:")))
        return staff.name if staff else owner


def _view(row: ConversationRow, owner_name: str, last_text: str, alerted: bool, call: HandoffRow | None) -> ConversationView:
    return ConversationView(
        row.id, row.resident_id, f"居民 {row.resident_id[:4].upper()}", row.channel, row.owner, owner_name,
        row.owner_version, row.queue_reason, row.queued_at, row.priority, row.last_inbound_at, last_text,
        row.last_position, alerted, call.offered_to if call else None, call.unanswered_since if call else None,
        (call.carried if call else row.carried) or {},
    )  # fmt: skip
