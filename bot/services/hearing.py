"""Voice messages: kept in any case; read to the bot where a recogniser is configured, else a person listens.

Words that were recognised go the way of typed ones: looked at for danger first, masked before anybody reads them. The
resident is told what was heard, so that they can say it was something else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cases.errors import NotFound, Unavailable
from bot.safety import triage
from bot.services.media import Media, StoredFile
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, SpeechRecogniser
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.store.database import Database, Work
from bot.store.tables import ConversationRow, InboxRow

#: Answers danger at once; True where that was the whole answer (`Conversations`).
Danger = Callable[[Work, ConversationRow, InboxRow, triage.Assessment, datetime], bool]


class Hearing:
    """Turns a voice message into words."""

    def __init__(
        self, database: Database, vault: Vault, texts: Texts, clock: Clock, media: Media, recogniser: SpeechRecogniser | None,
        danger: Danger,
    ) -> None:  # fmt: skip
        self.database, self.vault, self.texts, self.clock = database, vault, texts, clock
        self.media, self.recogniser, self.danger = media, recogniser, danger

    @property
    def can_hear(self) -> bool:
        """Whether a recogniser is configured."""
        return self.recogniser is not None

    def listen(self, inbox_id: int) -> str | None:
        """The masked words of a voice message; None where nothing could be heard, empty where danger has been answered.

        Takes as long as the recogniser does: call it outside of any transaction. A second call does not ask again.
        """
        recording = self._recording(inbox_id)
        if recording is None or self.recogniser is None:
            return None
        try:
            words = self.recogniser.transcribe(recording.path, recording.name, recording.content_type)
        except Unavailable:
            return None  # kept all the same: the bot says so and offers a person
        return self.database.run(lambda work: self._take(work, inbox_id, words)) if words else None

    def _recording(self, inbox_id: int) -> StoredFile | None:
        """The recording of a message that has no words yet."""
        with self.database.reading() as work:
            row = work.messages.inbox(inbox_id)
            files = work.messages.attachments_of([inbox_id]).get(inbox_id, [])
            if row is None or "heard" in row.payload:
                return None
            return next((self.media.file_of(file) for file in files if file.kind == "voice"), None)

    def _take(self, work: Work, inbox_id: int, words: str) -> str:
        now, row = self.clock.now(), work.messages.inbox(inbox_id)
        conversation = work.conversations.locked(row.conversation_id) if row else None
        if row is None or conversation is None:
            raise NotFound(f"inbox row {inbox_id}")
        row.text, sealed_id = self.vault.mask_and_seal(work, conversation.resident_id, words, now)
        row.sealed_id, row.payload = sealed_id or row.sealed_id, {**row.payload, "heard": True}
        found = triage.assess(words)
        if self.danger(work, conversation, row, found, now):
            return ""
        say(work, conversation, Said(self.texts("voice_heard", text=row.text), inbox_id=row.id, dedupe=f"heard:{row.id}"), now)
        return row.text
