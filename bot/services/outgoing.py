"""Writing to the outbox: the one place where something we say becomes a row."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.services.dressing import dress, manner_of
from bot.services.views import Button, SentFile, Source, Utterance
from bot.store.database import Work
from bot.store.tables import ButtonRow, ConversationRow, OutboxRow

#: Channels whose pages read the outbox themselves: a committed row is a delivered row.
PULLED = frozenset({"web"})


@dataclass(frozen=True)
class Said:
    """One thing to say, before it is a row.

    `version` None: valid whoever has the word. `dedupe`: the same key is written once.
    """

    text: str
    sender: str = "system"
    buttons: Sequence[Button] = ()
    sources: Sequence[Source] = ()
    asked: str | None = None
    did: Sequence[str] = ()
    inbox_id: int | None = None
    version: int | None = None
    dedupe: str | None = None
    files: Sequence[tuple[int, str, str]] = ()
    sent: SentFile | None = None
    stale: bool = field(default=False)  # written for the record only: the conversation has changed hands

    @classmethod
    def of(cls, utterance: Utterance, *, inbox_id: int, index: int, version: int, stale: bool) -> Said:
        """What the bot said in a turn, as a row that goes out at most once."""
        return cls(
            utterance.text, "bot", utterance.buttons, utterance.sources, utterance.asked, utterance.did,
            inbox_id, version, f"turn:{inbox_id}:{index}", utterance.files, stale=stale,
        )  # fmt: skip


def say(work: Work, conversation: ConversationRow, said: Said, now: datetime) -> OutboxRow:
    """Write `said` behind everything else in a conversation that the caller holds locked."""
    said = dress(said, manner_of(work, conversation.resident_id))
    # A turn is finished once (its inbox row says so); all others may be asked to say the same again.
    if said.dedupe and said.sender != "bot" and (earlier := work.messages.outbox_by_dedupe(said.dedupe)):
        return earlier
    rows = [
        ButtonRow(
            id=secrets.token_urlsafe(9), conversation_id=conversation.id, title=b.title, payload=b.payload, created_at=now
        )
        for b in said.buttons
    ]
    work.messages.add_all(rows)
    buttons = [[row.id, row.title] for row in rows]
    payload: dict[str, Any] = {
        "buttons": buttons, "sources": [asdict(source) for source in said.sources], "asked": said.asked, "did": list(said.did),
        "files": [list(file) for file in said.files],
    }  # fmt: skip
    if said.sent is not None:
        payload["sent"] = asdict(said.sent)
    status = "dropped" if said.stale else "sent" if conversation.channel in PULLED else "pending"
    row_out = OutboxRow(
        conversation_id=conversation.id, position=work.messages.next_position(conversation), inbox_id=said.inbox_id,
        sender=said.sender, text=said.text, payload=payload, owner_version=said.version, dedupe=said.dedupe, status=status,
        next_try_at=now, created_at=now, sent_at=now if status == "sent" else None,
    )  # fmt: skip
    work.messages.add(row_out)
    return row_out
