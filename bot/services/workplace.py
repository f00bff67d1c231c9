"""What belongs to the desk alone, put together: the services that only pages of desk and admin call."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.auditing import Auditing
from bot.services.cases import Cases
from bot.services.conversations import Conversations
from bot.services.editing import Editing
from bot.services.factors import Factors
from bot.services.handoff import Handoff
from bot.services.learning import Learning
from bot.services.macros import Macros
from bot.services.ports import Clock, Wakeups
from bot.services.replies import Replies
from bot.services.scopes import Scopes
from bot.services.sidework import Sidework
from bot.services.staff import Staff
from bot.services.vault import Vault
from bot.store.database import Database
from knowledge.answering import KnowledgeBase


@dataclass(frozen=True)
class Workplace:
    """Second factors, the audit's readers, scopes, and what staff have at hand in a conversation."""

    factors: Factors
    audit: Auditing
    scopes: Scopes
    replies: Replies
    macros: Macros
    sidework: Sidework
    learning: Learning


def furnish(
    database: Database, vault: Vault, clock: Clock, wakeups: Wakeups, *, staff: Staff, handoff: Handoff, cases: Cases,
    conversations: Conversations, knowledge: KnowledgeBase, editing: Editing, region: str | None,
) -> Workplace:  # fmt: skip
    """The desk's own services on those of everybody."""
    sidework = Sidework(database, vault, clock, wakeups)
    return Workplace(
        Factors(database, vault, clock, staff),
        Auditing(database, clock),
        Scopes(database),
        Replies(database, clock),
        Macros(database, clock, handoff, cases, conversations, sidework),
        sidework,
        Learning(database, vault, knowledge, editing, region),
    )
