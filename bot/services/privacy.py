"""A resident's own data: what is kept, a copy to take along, and erasing it. Who may ask is decided by `identity.py`.

Erasing leaves cases without a person: category, area, state and times stay for the counts, every word and every sealed
text goes, and the case's timeline says so. The conversation goes on as that of somebody new.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from bot.cases.errors import NoSuchConversation, NotFound, Refused
from bot.cases.status import OPEN, CaseStatus, EventKind
from bot.services import copies
from bot.services.identity import Identity
from bot.services.media import Media
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.store.case_tables import CaseEventRow, CaseRow
from bot.store.database import Database, Work
from bot.store.privacy import PrivacyStore
from bot.store.resident_tables import ExportRow, PreferenceRow
from bot.store.tables import ConversationRow

log = structlog.get_logger()
#: A copy can be fetched for so long.
FETCHED_FOR = timedelta(hours=24)
Scope = Literal["all", "cases", "messages"]


@dataclass(frozen=True)
class OwnData:
    """How much is kept about a resident, by kind."""

    cases: int
    open_cases: int
    messages: int
    questions: int
    files: int
    contacts: int


@dataclass(frozen=True)
class OwnFile:
    """A copy that can be fetched by its id."""

    id: int
    name: str
    content_type: str


@dataclass(frozen=True)
class _Copy:
    name: str
    content_type: str
    text: str


class Privacy:
    """Shows, copies and erases what is kept about one resident."""

    def __init__(
        self, database: Database, vault: Vault, texts: Texts, words: Texts, clock: Clock, wakeups: Wakeups, media: Media
    ) -> None:
        self.database, self.vault, self.texts, self.words = database, vault, texts, words
        self.clock, self.wakeups, self.media = clock, wakeups, media
        self.identity = Identity(database, vault, clock)

    def kept(self, conversation_id: str) -> OwnData:
        """How much is kept of what, in numbers only. Raises NoSuchConversation."""
        with self.database.reading() as work:
            store, resident_id = PrivacyStore(work.session), _conversation(work, conversation_id).resident_id
            cases, files = store.cases(resident_id), store.attachments(resident_id)
            return OwnData(
                cases=len(cases), open_cases=sum(CaseStatus(row.status) in OPEN for row in cases),
                messages=len(store.inbox(resident_id)), questions=len(work.messages.answers_of(resident_id)),
                files=len(files), contacts=sum(row.has_contact for row in cases),
            )  # fmt: skip

    def export(self, conversation_id: str, scope: Scope, *, inbox_id: int | None) -> list[OwnFile]:
        """A copy as JSON and as a text to read, to be sent in this conversation; the same message always gives the same.

        Raises Refused unless the resident has shown who they are.
        """
        self._permit(conversation_id)
        files = self.database.run(partial(self._export, conversation_id, scope, inbox_id))
        log.info("data exported", conversation=conversation_id, scope=scope, files=len(files))
        return files

    def file(self, export_id: int, *, conversation_id: str) -> tuple[OwnFile, bytes]:
        """A copy and its bytes, for its own conversation and until it expires. Raises NotFound."""
        with self.database.reading() as work:
            row = PrivacyStore(work.session).export(export_id)
            if row is None or row.conversation_id != conversation_id or row.expires_at <= self.clock.now():
                raise NotFound(f"export {export_id}")
            return OwnFile(row.id, row.name, row.content_type), self.vault.unlock(row.ciphertext).encode()

    def once(self) -> int:
        """Forget copies that have expired; answers how many."""
        return self.database.run(lambda work: PrivacyStore(work.session).drop_expired(self.clock.now()))

    def erase(self, conversation_id: str) -> None:
        """Erase the person: words, numbers, files; withdraw what is still open; leave cases without anybody.

        The resident is told in a conversation that begins anew. Raises Refused unless they have shown who they are.
        """
        self._permit(conversation_id)
        digests, new = self.database.run(partial(self._erase, conversation_id))
        for digest in digests:  # behind the commit: a crash leaves a file that nobody names, never a name without a file
            self.media.forget(digest)
        log.info("resident erased", conversation=conversation_id, files=len(digests))
        for topic in (f"conversation:{conversation_id}", f"conversation:{new}", "outbox", "desk"):
            self.wakeups.wake(topic)

    def _permit(self, conversation_id: str) -> None:
        check = self.identity.required(conversation_id)
        if check.kind not in ("passed", "session"):
            raise Refused(f"identity not shown: {check.kind}")

    def _export(self, conversation_id: str, scope: Scope, inbox_id: int | None, work: Work) -> list[OwnFile]:
        now, store = self.clock.now(), PrivacyStore(work.session)
        rows = list(store.exports_of(inbox_id)) if inbox_id is not None else []
        if not rows:
            conversation = _conversation(work, conversation_id)
            told = copies.gather(work, self.vault, self.texts, conversation.resident_id, scope, now)
            for one in (
                _Copy(self.words("export_json"), "application/json", copies.as_json(told)),
                _Copy(self.words("export_text"), "text/plain; charset=utf-8", copies.as_text(told, self.words)),
            ):
                rows.append(self._row(one, conversation_id, inbox_id, now))
                work.messages.add(rows[-1])
        return [OwnFile(row.id, row.name, row.content_type) for row in rows]

    def _row(self, one: _Copy, conversation_id: str, inbox_id: int | None, now: datetime) -> ExportRow:
        return ExportRow(
            conversation_id=conversation_id, inbox_id=inbox_id, name=one.name, content_type=one.content_type,
            ciphertext=self.vault.lock(one.text), created_at=now, expires_at=now + FETCHED_FOR,
        )  # fmt: skip

    def _erase(self, conversation_id: str, work: Work) -> tuple[list[str], str]:
        now, store = self.clock.now(), PrivacyStore(work.session)
        old = work.conversations.locked(conversation_id)
        if old is None:
            raise NoSuchConversation(conversation_id)
        new = self._begin_anew(work, store, old, now)
        for row in store.cases(old.resident_id):
            self._take_back(work, row, now)
        digests = store.erase(old.resident_id)
        for row in store.cases(old.resident_id):
            self._note(work, row, EventKind.NOTED, "clock", self.words("case_erased"), now)
        old.address, old.carried = f"erased:{secrets.token_hex(8)}", None
        work.conversations.give_to(old, "closed", now)
        say(work, new, Said(self.words("erased"), did=("delete",)), now)
        return digests, new.id

    @staticmethod
    def _begin_anew(work: Work, store: PrivacyStore, old: ConversationRow, now: datetime) -> ConversationRow:
        """A conversation for the same address with somebody new, positions going on so that an open page follows."""
        new = store.begin_anew(old, secrets.token_hex(16), secrets.token_hex(16), now)
        liked = work.session.get(PreferenceRow, old.resident_id)
        if liked is not None:  # large type is no secret, and who needs it needs it still
            work.messages.add(
                PreferenceRow(
                    resident_id=new.resident_id,
                    elder=liked.elder,
                    slow=liked.slow,
                    traditional=liked.traditional,
                    changed_at=now,
                )
            )
        return new

    def _take_back(self, work: Work, row: CaseRow, now: datetime) -> None:
        """An open case is withdrawn: nobody could be told of it any more."""
        if CaseStatus(row.status) in OPEN:
            row.status, row.updated_at = CaseStatus.WITHDRAWN, now
            self._note(work, row, EventKind.WITHDRAWN, "resident", "", now)

    @staticmethod
    def _note(work: Work, row: CaseRow, kind: EventKind, actor: str, text: str, now: datetime) -> None:
        work.cases.add_event(CaseEventRow(case_id=row.id, kind=kind, actor=actor, at=now, text=text, detail={}))


def _conversation(work: Work, conversation_id: str) -> ConversationRow:
    row = work.conversations.get(conversation_id)
    if row is None:
        raise NoSuchConversation(conversation_id)
    return row
