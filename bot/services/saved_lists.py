"""Lists of cases people have saved for themselves: the filters of an address under a name of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.cases.roles import Role, may
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.desk_tables import SavedListRow

NAME_AT_MOST, QUERY_AT_MOST = 20, 400
#: More than these nobody finds their way in.
MOST = 12


@dataclass(frozen=True)
class SavedList:
    """One of them. `query` is what stands behind the question mark of its address."""

    id: int
    name: str
    query: str


class SavedLists:
    """Each person's own lists; nobody sees another's. What a list finds is bound by the scope of whoever opens it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    def of(self, staff: StaffView) -> list[SavedList]:
        """A person's lists, in the order they were saved."""
        with self.database.reading() as work:
            return [SavedList(row.id, row.name, row.query) for row in work.desk.saved_lists(staff.id)]

    def save(self, staff: StaffView, name: str, query: str) -> SavedList:
        """Keep a list; a name that is there already gets the new filters. Raises Invalid(list) and NotPermitted."""
        if not may(Role(staff.role), "see_cases"):
            raise NotPermitted("see_cases")
        name = " ".join(name.split())
        if not name or len(name) > NAME_AT_MOST or not query or len(query) > QUERY_AT_MOST:
            raise Invalid("list", most=str(MOST))
        return self.database.run(partial(self._save, staff, name, query))

    def drop(self, staff: StaffView, list_id: int) -> None:
        """Forget one of one's own lists. Raises NotFound, for somebody else's just the same."""
        self.database.run(partial(self._drop, staff, list_id))

    def _save(self, staff: StaffView, name: str, query: str, work: Work) -> SavedList:
        kept = work.desk.saved_lists(staff.id)
        row = next((one for one in kept if one.name == name), None)
        if row is None:
            if len(kept) >= MOST:
                raise Invalid("list", most=str(MOST))
            row = SavedListRow(staff_id=staff.id, name=name, query=query, at=self.clock.now())
            work.desk.add(row)
        row.query = query
        return SavedList(row.id, row.name, row.query)

    def _drop(self, staff: StaffView, list_id: int, work: Work) -> None:
        row = next((one for one in work.desk.saved_lists(staff.id) if one.id == list_id), None)
        if row is None:
            raise NotFound(f"list {list_id}")
        work.session.delete(row)
