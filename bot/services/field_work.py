"""Grid workers and units at the place: their list by due time, one case, its moves, photos before and after the work."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.cases.roles import Role
from bot.cases.scope import Scope, with_all_below
from bot.cases.status import OPEN, CaseStatus, EventKind
from bot.services import case_views
from bot.services.cases import Cases
from bot.services.media import Media, StoredFile
from bot.services.staff import scope_of
from bot.services.views import CaseView, StaffView, Upload
from bot.store.case_search import CaseFilter, search
from bot.store.case_tables import CasePhotoRow
from bot.store.database import Work

#: Who works at the place.
WORKERS = frozenset({Role.GRID_WORKER, Role.HANDLER})
#: Cases that wait for a worker; an answered one waits for somebody else.
THEIRS = tuple(status for status in OPEN if status not in (CaseStatus.ANSWERED, CaseStatus.FILED))
LISTED = 10
PHASES = ("before", "after")


@dataclass(frozen=True)
class FieldMove:
    """One button below a case. `needs`: nothing, a text, a photo, or the three parts of a return."""

    key: str
    button: str
    ask: str
    needs: str


@dataclass(frozen=True)
class WorkPhoto:
    """A photo of the work as the desk shows it. `phase`: before or after; `by`: a name; `at`: aware UTC."""

    id: int
    phase: str
    by: str
    at: datetime


class FieldWork:
    """What somebody with a telephone in the hand does with their cases. All moves are `Cases.move`."""

    def __init__(self, cases: Cases, media: Media) -> None:
        self.cases, self.database, self.media = cases, cases.database, media
        with (cases.flow.district.folder / "field_moves.csv").open(encoding="utf-8-sig", newline="") as file:
            self.moves = {row["key"]: FieldMove(**row) for row in csv.DictReader(file)}

    def worker(self, telegram_id: int) -> StaffView | None:
        """The worker behind a Telegram account, bound to their units and grids; None for everybody else."""
        with self.database.reading() as work:
            row = work.presence.by_telegram(telegram_id)
            if row is None or Role(row.role) not in WORKERS:
                return None
            staff = StaffView(row.id, row.login, row.name, row.role, scope_of(work, row.id))
            return staff if staff.scope.bounded else replace(staff, scope=self._grids(work, row.login))

    def todo(self, worker: StaffView) -> list[CaseView]:
        """The worker's cases, the next to fall due first."""
        wanted = CaseFilter(
            statuses=tuple(map(str, THEIRS)), within_units=worker.scope.units, within_areas=worker.scope.areas, by_due=True
        )
        with self.database.reading() as work:
            now = self.cases.clock.now()
            return [case_views.brief(work, row, now, self.cases.texts) for row in search(work.session, wanted, limit=LISTED)]

    def case(self, number: str, worker: StaffView) -> tuple[CaseView, list[FieldMove]]:
        """A case and the buttons the worker may press now. Raises NoSuchCase, also for one out of their bounds."""
        free = self.cases.moves(number, worker)
        shown = [m for m in self.moves.values() if (m.key in PHASES and free) or m.key in {str(kind) for kind in free}]
        return self.cases.get(number, worker), shown

    def do(self, number: str, key: str, worker: StaffView, text: str = "") -> CaseView:
        """One press or one answer. Raises Invalid, MoveNotAllowed, NoSuchCase."""
        move = self.moves.get(key)
        if move is None or move.needs == "photo":
            raise Invalid("move")
        detail = self._return_of(text) if move.needs == "return" else {}
        return self.cases.move(number, EventKind(key), worker, text, detail)

    def photo(self, number: str, phase: str, worker: StaffView, upload: Upload) -> CaseView:
        """Keep a photo of the place with the case; the same one twice is one. Raises Invalid, NoSuchCase, NotPermitted."""
        if phase not in PHASES or upload.kind != "photo":
            raise Invalid("photo")
        digest = self.media.put(upload.data)

        def act(work: Work) -> bool:
            row = self.cases.any_case(work, number, worker, lock=True)
            if row.status not in THEIRS:
                raise NotPermitted("photo")
            kept = work.cases.photos(row.id)
            if any((photo.phase, photo.sha256) == (phase, digest) for photo in kept):
                return False
            work.session.add(
                CasePhotoRow(
                    case_id=row.id, phase=phase, by=worker.owner, at=self.cases.clock.now(),
                    content_type=upload.content_type, size=len(upload.data), sha256=digest,
                )
            )  # fmt: skip
            return True

        if self.database.run(act):
            words = self.moves[phase].button
            return self.cases.move(number, EventKind.NOTED, worker, words, {"phase": phase, "photo": digest})
        return self.cases.get(number, worker)

    def photos(self, number: str, staff: StaffView) -> list[WorkPhoto]:
        """The photos of the work on a case, oldest first. Raises NoSuchCase, also for one outside of what `staff` may see."""
        with self.database.reading() as work:
            row = self.cases.any_case(work, number, staff)
            return [WorkPhoto(photo.id, photo.phase, _name(work, photo.by), photo.at) for photo in work.cases.photos(row.id)]

    def photo_file(self, number: str, photo_id: int, staff: StaffView) -> StoredFile:
        """The file of one of them. Raises NoSuchCase, and NotFound for a photo of another case."""
        with self.database.reading() as work:
            row = self.cases.any_case(work, number, staff)
            found = next((photo for photo in work.cases.photos(row.id) if photo.id == photo_id), None)
            if found is None:
                raise NotFound(f"photo {photo_id}")
            return self.media.photo(found.sha256, found.content_type)

    def _return_of(self, text: str) -> dict[str, str]:
        """原因；条款；单位 as the move wants them. Raises Invalid."""
        parts = [part.strip() for part in text.replace(";", "；").split("；")]
        if len(parts) != 3 or not all(parts):  # noqa: PLR2004  # the three of the sentence that asks
            raise Invalid("return")
        reason, clause, name = parts
        codes = [code for code, row in self.cases.flow.district.responsibility.units.items() if name in (code, row["name"])]
        if not codes:
            raise Invalid("unit", unit=name)
        return {"reason": reason, "clause": clause, "unit": codes[0]}

    def _grids(self, work: Work, login: str) -> Scope:
        """The grids the table of grid workers gives to this account; one that is not in it sees nothing."""
        workers = self.cases.flow.district.responsibility.workers
        mine = [grid for grid, row in workers.items() if row.get("login") == login] or ["-"]
        return Scope(with_all_below(mine, [(row.code, row.parent) for row in work.district.areas()]))


def _name(work: Work, owner: str) -> str:
    """The name behind staff:<id>."""
    number = owner.removeprefix("staff:")
    row = work.staff.by_id(int(number)) if number.isdigit() else None
    return row.name if row else ""
