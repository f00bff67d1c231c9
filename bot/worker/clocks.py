"""The worker's side of what falls due on cases: a sweep that is safe to run twice, and in several processes."""

from __future__ import annotations

from bot.services.case_clocks import CaseClocks
from bot.services.ports import Wakeups


class Clocks:
    """Acts on what is due and wakes those who look at it."""

    def __init__(self, clocks: CaseClocks, wakeups: Wakeups) -> None:
        self.clocks, self.wakeups = clocks, wakeups

    def once(self) -> int:
        """Act on what is due now; answers how much there was."""
        found = self.clocks.once()
        if found:
            self.wakeups.wake("desk")
            self.wakeups.wake("outbox")
        return found
