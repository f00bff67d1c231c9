"""Cases as other programs may see them (Open311 GeoReport v2): what, where roughly, how far; nothing of anybody's person.

Read: category, area, status and dates come from the district's tables, never from a resident's or a unit's words. The id is
not the case's number, so that no list tells which numbers there are. Write: a program files for somebody and hears that id.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.cases.errors import Invalid, NotFound
from bot.cases.status import ENDED, CaseStatus
from bot.services.case_words import INSIDE
from bot.services.cases import Cases
from bot.services.views import NewCase
from bot.store.case_past import listed
from bot.store.case_tables import CaseRow
from bot.store.database import Work

#: Kinds that are the public's business; a dispute or a message is not.
SHOWN = ("report", "service")
LONGEST_SPAN = timedelta(days=90)
MOST = 1000
ROUNDS, HALF = 4, 0xFFFF_FFFF


@dataclass(frozen=True)
class Asked:
    """What a list asks for. Times are aware; the span is at most 90 days."""

    since: datetime | None = None
    until: datetime | None = None
    codes: tuple[str, ...] = ()
    status: str = ""  # open, closed
    ids: tuple[str, ...] = ()
    page: int = 1
    size: int = 100


class OpenRequests:
    """Services, requests and their updates, as the fields of GeoReport v2 name them."""

    def __init__(self, cases: Cases, secret: str) -> None:
        self.cases, self.database, self._secret = cases, cases.database, secret.encode()

    def services(self) -> list[dict[str, object]]:
        """Every category a request can be of."""
        found = self.cases.flow.district.responsibility
        return [
            {
                "service_code": c.code, "service_name": c.minor, "description": found.standard(c.code)["filing"],
                "metadata": bool(self._questions(c.code)), "type": "realtime", "keywords": "", "group": c.major,
            }
            for c in found.catalogue.categories if c.kind in SHOWN
        ]  # fmt: skip

    def definition(self, code: str) -> dict[str, object]:
        """The questions of a category. Raises NotFound."""
        self._known(code)
        return {"service_code": code, "attributes": [_attribute(at, row) for at, row in enumerate(self._questions(code), 1)]}

    def requests(self, asked: Asked) -> list[dict[str, object]]:
        """Requests, newest first; ids override every other filter."""
        now = self.cases.clock.now()
        until = asked.until or now
        since = max(asked.since or until - LONGEST_SPAN, until - LONGEST_SPAN)
        with self.database.reading() as work:
            if asked.ids:
                return [self._request(work, row) for key in asked.ids if (row := self._row(work, key))]
            ended = [str(status) for status in ENDED]
            size = min(max(asked.size, 1), MOST)
            rows = listed(
                work.session, kinds=SHOWN, codes=asked.codes, since=since, until=until, ended=ended, status=asked.status,
                without=tuple(self._secret_natures), limit=size, offset=size * (max(asked.page, 1) - 1),
            )  # fmt: skip
            return [self._request(work, row) for row in rows]

    def request(self, key: str) -> dict[str, object]:
        """One request. Raises NotFound, for what is nobody's business just the same."""
        with self.database.reading() as work:
            return self._request(work, self._one(work, key))

    def updates(self, key: str) -> list[dict[str, object]]:
        """What happened to a request, in steps, without anybody's words. Raises NotFound."""
        with self.database.reading() as work:
            row = self._one(work, key)
            events = [event for event in work.cases.events(row.id) if event.kind not in INSIDE]
            return [
                {
                    "update_id": f"{key}-{event.sequence}", "service_request_id": key, "status": _state(row),
                    "updated_datetime": event.at.isoformat(), "description": self.cases.texts(f"event_{event.kind}"),
                    "media_url": None,
                }
                for event in events
            ]  # fmt: skip

    def file(self, program: str, account: str, new: NewCase, answers: Mapping[str, str]) -> dict[str, object]:
        """File a request for somebody. `account` is that person's id in the program; empty: a new one.

        Raises NotFound on an unknown category and Invalid on what is missing.
        """
        code = new.category_code or ""
        self._known(code)
        for row in self._questions(code):
            if row["required"] == "是" and not answers.get(row["key"], "").strip():
                raise Invalid("attribute", name=row["key"])
        account = account or secrets.token_hex(8)
        conversation = self.database.run(partial(self._conversation, f"{program}:{account}"))
        view = self.cases.file(conversation, new, inbox_id=None)
        with self.database.reading() as work:
            row_of = work.cases.by_number(view.number)
            key = self.key_of(row_of.id) if row_of else ""
        return {"service_request_id": key, "service_notice": view.promise, "account_id": account}

    def key_of(self, case_id: int) -> str:
        """A case's id for outsiders: sixteen signs that say neither how many there are nor which came first."""
        left, right = case_id >> 32, case_id & HALF
        for turn in range(ROUNDS):
            left, right = right, left ^ self._mix(turn, right)
        return f"{left:08x}{right:08x}"

    def _id_of(self, key: str) -> int:
        if len(key) != 16 or any(sign not in "0123456789abcdef" for sign in key):  # noqa: PLR2004  # as `key_of` makes them
            raise NotFound(key)
        left, right = int(key[:8], 16), int(key[8:], 16)
        for turn in reversed(range(ROUNDS)):
            left, right = right ^ self._mix(turn, left), left
        return (left << 32) | right

    def _mix(self, turn: int, half: int) -> int:
        digest = hmac.new(self._secret, f"open311:{turn}:{half}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:4], "big")

    def _row(self, work: Work, key: str) -> CaseRow | None:
        case_id = self._id_of(key)
        row = work.cases.by_id(case_id) if case_id < 2**62 else None
        return row if row is not None and row.kind in SHOWN and row.nature not in self._secret_natures else None

    @property
    def _secret_natures(self) -> frozenset[str]:
        """What was denounced is not the public's to read."""
        return self.cases.flow.district.natures.confidential

    def _one(self, work: Work, key: str) -> CaseRow:
        row = self._row(work, key)
        if row is None:
            raise NotFound(key)
        return row

    def _request(self, work: Work, row: CaseRow) -> dict[str, object]:
        category, unit = work.district.category(row.category_code), work.district.unit(row.unit_code)
        area = work.district.area(row.grid_code or row.community_code)
        name, where = category.minor if category else row.category_code, area.name if area else ""
        return {
            "service_request_id": self.key_of(row.id), "status": _state(row),
            "status_notes": self.cases.texts(f"status_{row.status}"), "service_name": name, "service_code": row.category_code,
            "description": f"{where}{name}", "agency_responsible": unit.name if unit else "", "service_notice": None,
            "requested_datetime": row.opened_at.isoformat(), "updated_datetime": row.updated_at.isoformat(),
            "expected_datetime": row.resolve_due.isoformat(), "address": where, "address_id": row.grid_code, "zipcode": None,
            "lat": None, "long": None, "media_url": None,
        }  # fmt: skip

    def _questions(self, code: str) -> Sequence[Mapping[str, str]]:
        rows = [row for row in self.cases.flow.district.tables.rows["questions"] if code.startswith(row["category"])]
        return sorted(rows, key=lambda row: int(row["position"]))

    def _known(self, code: str) -> None:
        category = self.cases.flow.district.responsibility.catalogue.get(code)
        if category is None or category.kind not in SHOWN:
            raise NotFound(code)

    def _conversation(self, address: str, work: Work) -> str:
        account = work.conversations.account("open311", address)
        if account is not None:
            return account.conversation_id
        ids = secrets.token_hex(16), secrets.token_hex(16)
        return work.conversations.open("open311", address, *ids, self.cases.clock.now()).id


def _state(row: CaseRow) -> str:
    return "closed" if CaseStatus(row.status) in ENDED else "open"


def _attribute(at: int, row: Mapping[str, str]) -> dict[str, object]:
    options = {"yes_no": ["是", "否"]}.get(row["kind"], [part.split("/")[0] for part in row["options"].split("|") if part])
    kind = {"text": "string", "number": "number"}.get(row["kind"], "singlevaluelist")
    return {
        "variable": True, "code": row["key"], "datatype": kind, "required": row["required"] == "是", "order": at,
        "datatype_description": None, "description": row["question"], "values": [{"key": o, "name": o} for o in options],
    }  # fmt: skip
