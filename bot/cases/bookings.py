"""What can be booked: services with their days, parts of the day and places in each. Rules only, read from the tables.

A slot is one part of one day (`20261201am`). Standard library only; what is taken is in the database.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

WEEKDAYS = "一二三四五六日"
CODE_DAY = "%Y%m%d"


@dataclass(frozen=True)
class Period:
    """A part of the day, in local time."""

    code: str
    name: str
    begins: time
    ends: time


@dataclass(frozen=True)
class Slot:
    """One part of one day."""

    day: date
    period: Period

    @property
    def code(self) -> str:
        """`20261201am`, as a button carries it."""
        return f"{self.day:{CODE_DAY}}{self.period.code}"

    @property
    def words(self) -> str:
        """`12月1日（周二）上午`."""
        return f"{self.day.month}月{self.day.day}日（周{WEEKDAYS[self.day.weekday()]}）{self.period.name}"


@dataclass(frozen=True)
class Service:
    """What is booked: `kind` visit (somebody comes) or window (the resident goes there)."""

    code: str
    name: str
    categories: frozenset[str]
    kind: str
    where: str
    weekdays: frozenset[int]  # 1 is Monday
    periods: tuple[Period, ...]
    capacity: int
    ahead: int  # days

    def slots(self, now: datetime) -> Iterator[Slot]:
        """Every slot that can still be booked, earliest first. `now` in local time."""
        for days in range(self.ahead + 1):
            day = now.date() + timedelta(days)
            if day.isoweekday() not in self.weekdays:
                continue
            for period in self.periods:
                if days or now.time() < period.begins:
                    yield Slot(day, period)


class Bookable:
    """The tables of what can be booked."""

    def __init__(self, services: tuple[Service, ...], periods: tuple[Period, ...]) -> None:
        self.services, self.periods = services, {period.code: period for period in periods}

    @classmethod
    def read(cls, folder: Path) -> Bookable:
        """Read bookings.csv and periods.csv. Raises KeyError or ValueError on a row that cannot be right."""
        periods = tuple(_period(row) for row in _rows(folder / "periods.csv"))
        known = {period.code: period for period in periods}
        return cls(tuple(_service(row, known) for row in _rows(folder / "bookings.csv")), periods)

    def service_of(self, category: str | None) -> Service | None:
        """What is booked for a category; None where it is not booked."""
        return next((service for service in self.services if category in service.categories), None)

    def get(self, code: str) -> Service | None:
        """A service by its code."""
        return next((service for service in self.services if service.code == code), None)

    def slot(self, code: str) -> Slot | None:
        """The slot a code stands for; None for anything else."""
        try:
            return Slot(datetime.strptime(code[:8], CODE_DAY).date(), self.periods[code[8:]])  # noqa: DTZ007  # a day, no instant
        except (ValueError, KeyError):
            return None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _period(row: dict[str, str]) -> Period:
    return Period(row["code"], row["name"], time.fromisoformat(row["begins"]), time.fromisoformat(row["ends"]))


def _service(row: dict[str, str], periods: dict[str, Period]) -> Service:
    return Service(
        row["code"], row["name"], frozenset(row["categories"].split("|")), row["kind"], row["where"],
        frozenset(map(int, row["weekdays"])), tuple(periods[code] for code in row["periods"].split("|")),
        int(row["capacity"]), int(row["ahead"]),
    )  # fmt: skip
