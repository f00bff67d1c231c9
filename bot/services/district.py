"""The district's tables in force, for whoever decides by them; looked at again when a newer version has been kept."""

from __future__ import annotations

from pathlib import Path

from bot.cases.timing import Timing
from bot.services.calendar import is_workday
from bot.store.rows import read_rows


class District:
    """Tables of time and responsibility of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._timing: Timing | None = None

    @property
    def timing(self) -> Timing:
        """Working calendar, limits and clocks."""
        if self._timing is None:
            clocks, points, limits, days = (
                read_rows(self.folder / f"{name}.csv") for name in ("clocks", "clock_points", "limits", "calendar")
            )
            self._timing = Timing.of(clocks, points, limits, days, is_workday)
        return self._timing
