"""Mapped classes of cases and of the district's tables (areas, places, categories, units); no behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, TextClause, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Key, Table

#: Clocks a sweep has to look at; the rest of the table costs it nothing.
RUNNING = text("next_at IS NOT NULL")
#: Cases with a mark are few among all: the indexes of the lists of marks hold only them.
SUPERVISED, EXTENDED, BOUNCED = text("supervision IS NOT NULL"), text("extension <> ''"), text("bounces > 0")
ANSWERED = text("kind = 'answered'")


def _marked(name: str, *, when: TextClause | None = None, flag: str = "", by: str = "id") -> Index:
    """An index, in the order of their list, of the cases `when` is true of, or of those with the flag."""
    lite, postgres = (when, when) if when is not None else (text(f"{flag} IS 1"), text(f"{flag} IS true"))
    return Index(f"ix_cases_{name}", by, sqlite_where=lite, postgresql_where=postgres)


class CaseRow(Table):
    """A case (工单). `status` repeats what its events say, so that lists need not count them; a test compares both."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("inbox_id", "ordinal"),
        Index("ix_cases_resident_opened", "resident_id", "opened_at"),
        Index("ix_cases_status_due", "status", "resolve_due"),
        Index("ix_cases_unit_status_due", "unit_code", "status", "resolve_due"),
        Index("ix_cases_grid_status_due", "grid_code", "status", "resolve_due"),
        Index("ix_cases_community_status_due", "community_code", "status", "resolve_due"),
        Index("ix_cases_community_category_opened", "community_code", "category_code", "opened_at"),
        Index("ix_cases_grid_category_opened", "grid_code", "category_code", "opened_at"),
        _marked("supervised", when=SUPERVISED, by="resolve_due"),
        _marked("extended", when=EXTENDED),
        _marked("bounced", when=BOUNCED),
        _marked("unsure", flag="unsure"),
        _marked("proactive", flag="proactive"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))  # None: filed by staff
    ordinal: Mapped[int] = mapped_column(default=0)  # two problems in one message are two cases
    kind: Mapped[str] = mapped_column(String(20))  # report, service, dispute, message
    category_code: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), index=True)
    description: Mapped[str] = mapped_column(Text)  # masked
    location: Mapped[str] = mapped_column(String(200))  # masked
    occurred: Mapped[str | None] = mapped_column(String(100))  # in the resident's words
    grid_code: Mapped[str | None] = mapped_column(String(20))
    community_code: Mapped[str | None] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(String(20), index=True)
    dispatch_reason: Mapped[dict[str, Any]] = mapped_column(default=dict)
    anonymous: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    has_contact: Mapped[bool] = mapped_column(default=False)
    sealed_id: Mapped[int | None] = mapped_column(ForeignKey("sealed.id"))
    filed_by: Mapped[str] = mapped_column(String(40), default="resident")
    opened_at: Mapped[datetime]
    contact_due: Mapped[datetime]
    resolve_due: Mapped[datetime]
    updated_at: Mapped[datetime]
    # What follows repeats what the events say, like `status`, for lists and filters (services/case_records.py writes it).
    nature: Mapped[str] = mapped_column(String(12), default="complaint", server_default="complaint")  # 诉求性质
    update_due: Mapped[datetime | None]
    bounces: Mapped[int] = mapped_column(default=0, server_default="0")
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")
    supervision: Mapped[str | None] = mapped_column(String(24))  # number of the order (督办) that lies on it
    extension: Mapped[str] = mapped_column(String(12), default="", server_default="")
    review_at: Mapped[datetime | None]
    master_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    warned: Mapped[int] = mapped_column(default=0, server_default="0")  # per cent of the most advanced clock: 0, 70, 100, 150
    unsure: Mapped[bool] = mapped_column(default=False, server_default=false())  # a person has to look at category or unit
    proactive: Mapped[bool] = mapped_column(default=False, server_default=false())  # 未诉先办: opened for alike cases


class CaseEventRow(Table):
    """One thing that happened to a case. Written once, never changed."""

    __tablename__ = "case_events"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        Index("ix_case_events_answered", "case_id", "at", sqlite_where=ANSWERED, postgresql_where=ANSWERED),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(40))  # resident, staff:<id>, clock
    role: Mapped[str] = mapped_column(String(12), default="", server_default="")  # as which role; empty: written before 0010
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text, default="")  # masked; what the resident may read
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))


class CasePartRow(Table):
    """A co-unit (协办) of a case and whether its part is done."""

    __tablename__ = "case_parts"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)
    done: Mapped[bool] = mapped_column(default=False)


class CaseClockRow(Table):
    """A clock of a case. `next_at` is when its next point falls due; None while it stands or has ended."""

    __tablename__ = "case_clocks"
    __table_args__ = (Index("ix_case_clocks_next", "next_at", sqlite_where=RUNNING, postgresql_where=RUNNING),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(String(12), primary_key=True)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    passed: Mapped[int] = mapped_column(default=0)  # per cent of the last point that was acted on
    next_at: Mapped[datetime | None]
    # While it runs: per cent → ISO 8601 of every point, and the mark of the tables they were counted by.
    points: Mapped[dict[str, Any] | None]
    counted_by: Mapped[str | None] = mapped_column(String(16))


class CasePhotoRow(Table):
    """A photo staff took at the place, before or after the work; the bytes lie under var/media, named by their hash."""

    __tablename__ = "case_photos"
    __table_args__ = (UniqueConstraint("case_id", "phase", "sha256"),)  # sent twice by a weak network: one photo
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    phase: Mapped[str] = mapped_column(String(12))  # before, after
    by: Mapped[str] = mapped_column(String(40))  # staff:<id>
    at: Mapped[datetime]
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class CaseLinkRow(Table):
    """Two cases that belong together: `cause` leads from a proactive case to those it was opened for."""

    __tablename__ = "case_links"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)


class DistrictVersionRow(Table):
    """A table of the district as it was at one time: the newest of a name is in force. Never changed."""

    __tablename__ = "district_versions"
    __table_args__ = (UniqueConstraint("name", "number"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))  # categories, units, duties, …: the file's name without .csv
    number: Mapped[int]
    rows: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(40))  # files, staff:<id>
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]


class CounterRow(Table):
    """The running number of a day's cases."""

    __tablename__ = "counters"
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class AreaRow(Table):
    """A sub-district (街道), community (社区) or grid (网格)."""

    __tablename__ = "areas"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    parent: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))


class PlaceRow(Table):
    """An estate, building group, gate or landmark residents name, and the grid it lies in."""

    __tablename__ = "places"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(20))
    grid_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))


class CategoryRow(Table):
    """A 小类 with the unit that answers for it and the time it has."""

    __tablename__ = "categories"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    major: Mapped[str] = mapped_column(String(40))
    minor: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    contact_hours: Mapped[float]
    resolve_hours: Mapped[float]
    working: Mapped[bool]
    emergency: Mapped[bool] = mapped_column(default=False)


class UnitRow(Table):
    """A responsible unit (责任单位) on the ladder grid → community → sub-district → department."""

    __tablename__ = "units"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(20))
    backstop: Mapped[bool] = mapped_column(default=False)
