"""Is it really them? Before somebody's data are shown, sent or erased, they show who they are once more.

What can be asked differs: where a telephone number is on file, the whole number (the chat itself shows its last four
digits); on Telegram without one, a code to be typed back; in a browser without one there is nothing to ask, its session is
all that ever tied the data to anybody. Who is wrong learns nothing but that, and after some tries nobody can try for a day.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.cases.errors import NoSuchConversation
from bot.services.ports import Clock
from bot.services.vault import Vault
from bot.store.database import Database, Work
from bot.store.privacy import PrivacyStore
from bot.store.resident_tables import IdentityCheckRow
from bot.store.tables import ConversationRow
from bot.text.contacts import telephones
from bot.text.digits import to_digits
from bot.text.normalize import even, even_with_origins

MOST_WRONG = 3
LOCKED_FOR = timedelta(hours=24)
#: Who has just shown who they are is not asked again for so long.
PASSED_FOR = timedelta(minutes=10)
MOBILE_DIGITS, SHORTEST_NUMBER = 11, 7
CODE_DIGITS = 4

Kind = Literal["phone", "code", "session", "locked", "passed"]


@dataclass(frozen=True)
class Check:
    """What has to be shown: `phone` the number on file, `code` typed back, `session` and `passed` nothing; or `locked`."""

    kind: Kind
    code: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something has still to be answered."""
        return self.kind in ("phone", "code")


class Identity:
    """Checks of who somebody is, with few tries."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self.database, self.vault, self.clock = database, vault, clock

    def required(self, conversation_id: str) -> Check:
        """What this resident has to show now. Raises NoSuchConversation."""
        return self.database.run(lambda work: self._required(work, _conversation(work, conversation_id)))

    def answer(self, conversation_id: str, words: str) -> Check:
        """Take an answer in clear: `passed` when it is right; else what is asked now, not how wrong it was."""

        def act(work: Work) -> Check:
            conversation = _conversation(work, conversation_id)
            check = self._required(work, conversation)
            if not check.is_open:
                return check
            row, now = PrivacyStore(work.session).check(conversation.resident_id), self.clock.now()
            if self._is_right(work, conversation, check, words):
                row.wrong, row.code, row.passed_until = 0, None, now + PASSED_FOR
                return Check("passed")
            row.wrong += 1
            if row.wrong >= MOST_WRONG:
                row.wrong, row.code, row.locked_until = 0, None, now + LOCKED_FOR
            return self._required(work, conversation)

        return self.database.run(act)

    def _required(self, work: Work, conversation: ConversationRow) -> Check:
        row, now = PrivacyStore(work.session).check(conversation.resident_id), self.clock.now()
        if row.locked_until is not None and now < row.locked_until:
            return Check("locked")
        if row.passed_until is not None and now < row.passed_until:
            return Check("passed")
        if self._numbers(work, conversation.resident_id):
            return Check("phone")
        return Check("session") if conversation.channel == "web" else Check("code", _code(row))

    def _is_right(self, work: Work, conversation: ConversationRow, check: Check, words: str) -> bool:
        if check.kind == "code":
            return hmac.compare_digest(to_digits(even(words)), check.code)
        known = self._numbers(work, conversation.resident_id)
        return any(hmac.compare_digest(told, number) for told in numbers_in(words) for number in known)

    def _numbers(self, work: Work, resident_id: str) -> set[str]:
        """The telephone numbers left with this resident's cases, digits only."""
        rows = [row for row in PrivacyStore(work.session).cases(resident_id) if row.has_contact]
        return {number for row in rows for number in numbers_in(self.vault.open(work, row.sealed_id).get("contact", ""))}


def numbers_in(words: str) -> set[str]:
    """The telephone numbers in some words, digits only, a mobile number without its country code."""
    evened = even_with_origins(words)
    found = {run.digits for run in telephones(evened)}
    if not found and len(alone := to_digits(evened.text)) >= SHORTEST_NUMBER:
        found = {alone}  # a number of the town, without its area code
    return {number[-MOBILE_DIGITS:] if number.startswith(("86", "0086")) else number for number in found}


def _code(row: IdentityCheckRow) -> str:
    if row.code is None:
        row.code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    return row.code


def _conversation(work: Work, conversation_id: str) -> ConversationRow:
    row = work.conversations.get(conversation_id)
    if row is None:
        raise NoSuchConversation(conversation_id)
    return row
