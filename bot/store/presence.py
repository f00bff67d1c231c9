"""Who is at the desk, what they answer for, and when they are on duty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.store.handoff_tables import HandoffRow, PresenceRow, ProfileRow, ShiftRow, SkillRow
from bot.store.tables import ConversationRow, StaffRow


class PresenceStore:
    """Repository of presence, profiles, skills and shifts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def of(self, staff_id: int) -> PresenceRow | None:
        """When somebody was last seen."""
        return self.session.get(PresenceRow, staff_id)

    def add(self, row: PresenceRow | ProfileRow | ShiftRow) -> None:
        """Write a new row."""
        self.session.add(row)
        self.session.flush()

    def there(self, since: datetime, roles: Iterable[str]) -> Sequence[tuple[StaffRow, PresenceRow]]:
        """Active accounts of these roles seen since then and not away."""
        query = (
            select(StaffRow, PresenceRow)
            .join(PresenceRow, PresenceRow.staff_id == StaffRow.id)
            .where(StaffRow.active, StaffRow.role.in_(list(roles)), PresenceRow.seen_at >= since, PresenceRow.away.is_(False))
        )
        return [(row[0], row[1]) for row in self.session.execute(query)]

    def held(self) -> dict[int, int]:
        """How many conversations each staff member has now."""
        query = select(ConversationRow.owner, func.count()).where(ConversationRow.owner.like("staff:%"))
        counted = self.session.execute(query.group_by(ConversationRow.owner))
        return {int(row[0].removeprefix("staff:")): row[1] for row in counted}

    def last_taken(self) -> dict[int, datetime]:
        """When each staff member last took a conversation."""
        query = select(HandoffRow.taken_by, func.max(HandoffRow.taken_at)).where(HandoffRow.taken_by.is_not(None))
        return {row[0]: row[1] for row in self.session.execute(query.group_by(HandoffRow.taken_by)) if row[1]}

    def profile(self, staff_id: int) -> ProfileRow | None:
        """Capacity and Telegram account of somebody."""
        return self.session.get(ProfileRow, staff_id)

    def profiles(self) -> dict[int, ProfileRow]:
        """All of them by staff member."""
        return {row.staff_id: row for row in self.session.scalars(select(ProfileRow))}

    def by_telegram(self, telegram_id: int) -> StaffRow | None:
        """The active account of somebody on Telegram."""
        query = select(StaffRow).join(ProfileRow, ProfileRow.staff_id == StaffRow.id)
        return self.session.scalar(query.where(ProfileRow.telegram_id == telegram_id, StaffRow.active))

    def skills(self) -> dict[int, dict[str, frozenset[str]]]:
        """What each staff member answers for, by kind."""
        found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in self.session.scalars(select(SkillRow)):
            found[row.staff_id][row.kind].add(row.value)
        return {staff: {kind: frozenset(values) for kind, values in kinds.items()} for staff, kinds in found.items()}

    def set_skills(self, staff_id: int, skills: Iterable[tuple[str, str]]) -> None:
        """Replace what somebody answers for by (kind, value) pairs."""
        self.session.execute(delete(SkillRow).where(SkillRow.staff_id == staff_id))
        self.session.add_all(SkillRow(staff_id=staff_id, kind=kind, value=value) for kind, value in sorted(set(skills)))

    def shifts(self) -> Sequence[ShiftRow]:
        """The whole roster of active accounts."""
        query = select(ShiftRow).join(StaffRow, StaffRow.id == ShiftRow.staff_id).where(StaffRow.active)
        return self.session.scalars(query.order_by(ShiftRow.staff_id, ShiftRow.day, ShiftRow.begins)).all()

    def remove_shift(self, shift_id: int) -> None:
        """Take one shift out of the roster; an unknown one is no error."""
        self.session.execute(delete(ShiftRow).where(ShiftRow.id == shift_id))
