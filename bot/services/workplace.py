"""What belongs to the desk alone, put together: second factors, scopes, the audit's readers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.auditing import Auditing
from bot.services.factors import Factors
from bot.services.ports import Clock
from bot.services.scopes import Scopes
from bot.services.staff import Staff
from bot.services.vault import Vault
from bot.store.database import Database


@dataclass(frozen=True)
class Workplace:
    """The services only desk and admin pages call."""

    factors: Factors
    audit: Auditing
    scopes: Scopes


def furnish(database: Database, vault: Vault, clock: Clock, staff: Staff) -> Workplace:
    """The desk's own services."""
    return Workplace(Factors(database, vault, clock, staff), Auditing(database, clock), Scopes(database))
