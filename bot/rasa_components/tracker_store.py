"""Rasa's SQL tracker store, which remembers what it has just written.

Reading a conversation back event by event and counting its rows again before writing took 40 % of a turn. A tracker
that was saved is handed out again while the database still holds exactly what was written (the newest row's id tells,
so several Rasa servers may share one database). A turn that fails leaves nothing remembered: it is read anew.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Optional, Text

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import SessionStarted

#: Conversations remembered; about 50 kB each.
REMEMBERED = 500
#: The slot an action sets when a resident's data are erased.
FORGET = "forget"


class RememberingTrackerStore(SQLTrackerStore):
    """Named in endpoints.yml; takes the same settings as Rasa's own `SQL` store."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._saved: OrderedDict[Text, tuple[int, Any]] = OrderedDict()
        if self.engine.dialect.name == "sqlite":
            # SQLAlchemy 1.4 opens a SQLite file anew for every query unless told to keep its connections.
            pool = {"poolclass": sa.pool.QueuePool, "connect_args": {"check_same_thread": False}}
            self.engine = sa.create_engine(self.engine.url, **pool)
            sa.event.listen(self.engine, "connect", _quick_and_safe)
            self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: Text) -> Optional[Any]:
        """The tracker of the latest session; it leaves our memory until it is saved again."""
        newest, tracker = self._saved.pop(sender_id, (None, None))
        if tracker is not None and newest == self._newest(sender_id):
            return tracker
        return await super().retrieve(sender_id)

    async def save(self, tracker: Any) -> None:
        """Write the events that are new; of a resident who had their data erased, delete all there are instead."""
        sender_id = tracker.sender_id
        if tracker.current_slot_values().get(FORGET):
            self._forget(sender_id)
            return
        await self.stream_events(tracker)
        with self.session_scope() as session:
            known = getattr(tracker, "rows_written", None)
            events = list(tracker.events)[known:] if known is not None else list(self._additional_events(session, tracker))
            if events:
                session.execute(sa.insert(self.SQLEvent), [self._row(sender_id, event) for event in events])
            session.commit()
        self._remember(tracker)

    def _forget(self, sender_id: Text) -> None:
        self._saved.pop(sender_id, None)
        with self.session_scope() as session:
            session.execute(sa.delete(self.SQLEvent).where(self.SQLEvent.sender_id == sender_id))
            session.commit()

    def _remember(self, tracker: Any) -> None:
        # A second session in one object is read anew: Rasa itself would hand out only the latest.
        if sum(isinstance(event, SessionStarted) for event in tracker.events) > 1:
            return
        tracker.rows_written = len(tracker.events)
        self._saved[tracker.sender_id] = (self._newest(tracker.sender_id), tracker)
        if len(self._saved) > REMEMBERED:
            self._saved.popitem(last=False)

    def _newest(self, sender_id: Text) -> Optional[int]:
        query = sa.select(sa.func.max(self.SQLEvent.id)).where(self.SQLEvent.sender_id == sender_id)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar()

    @staticmethod
    def _row(sender_id: Text, event: Any) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


def _quick_and_safe(connection: Any, _record: Any) -> None:
    """Write-ahead log: a killed process loses nothing, and a commit waits for no disk."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
