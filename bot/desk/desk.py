"""What one desk remembers beside the services: which case forms have already been filed, and what its open pages look at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from bot.services.desk_looks import DeskLooks

if TYPE_CHECKING:
    from bot.app import Services

FORMS_REMEMBERED = 500


class Desk:
    """The services, the looks of all open pages, and a memory that makes a case form pressed twice one case."""

    def __init__(self, services: Services) -> None:
        self.services, self.looks = services, DeskLooks(services.database)
        self._filed: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def once(self, form: str, act: Callable[[], str]) -> str:
        """What `act` answered when this form came first. In memory: a restart between two clicks forgets."""
        with self._lock:
            if form not in self._filed:
                self._filed[form] = act()
                while len(self._filed) > FORMS_REMEMBERED:
                    self._filed.popitem(last=False)
            return self._filed[form]
