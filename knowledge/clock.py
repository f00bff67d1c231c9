"""What day it is."""

from __future__ import annotations

from datetime import date, datetime


def today() -> date:
    """The calendar day where the server stands, which is where its residents are."""
    return datetime.now().astimezone().date()
