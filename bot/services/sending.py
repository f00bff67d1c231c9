"""What staff and resident notice of each other beside words: files that staff send, who is typing, what has been read.

Typing is a call on a topic and nothing else: no row, no memory. A mark is written once for each message.
"""

from __future__ import annotations

from functools import partial

from bot.cases.errors import NotFound
from bot.services.conversations import PLACEHOLDER
from bot.services.handoff import Handoff
from bot.services.media import Media, StoredFile
from bot.services.transcripts import sent_file
from bot.services.views import MessageView, SentFile, StaffView, Upload
from bot.store.database import Work

#: So many positions before the one that was seen may hold replies that were seen with it.
SEEN_WITH = 60


def typing_topic(conversation_id: str) -> str:
    """What is woken while a member of staff types; that it was woken is the whole news."""
    return f"typing:{conversation_id}"


class Sending:
    """Files of staff, typing and read marks."""

    def __init__(self, handoff: Handoff, media: Media) -> None:
        self.handoff, self.media = handoff, media
        self.database, self.wakeups = handoff.database, handoff.wakeups

    def send(self, conversation_id: str, staff: StaffView, upload: Upload, *, client_id: str) -> MessageView:
        """Send a photo or file to the resident. Only the owner may (NotOwner); one `client_id` is one message."""
        digest = self.media.put(upload.data, apart=conversation_id)
        sent = SentFile(upload.kind, upload.name, upload.content_type, digest)
        return self.handoff.reply(conversation_id, staff, PLACEHOLDER[upload.kind], client_id=client_id, sent=sent)

    def file(self, conversation_id: str, position: int) -> StoredFile:
        """What staff sent at a position of this conversation. Raises NotFound."""
        with self.database.reading() as work:
            row = next(iter(work.messages.outbox_after(conversation_id, position - 1, 1)), None)
            sent = sent_file(row) if row is not None and row.position == position else None
        if sent is None:
            raise NotFound(f"no file at {position}")
        return self.media.sent(sent)

    def bytes_of(self, sent: SentFile) -> bytes:
        """The bytes of a file on its way to a resident. Raises NotFound where they are gone."""
        try:
            return self.media.sent(sent).path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(sent.name) from error

    def typing(self, conversation_id: str, staff: StaffView) -> None:
        """Tell the resident's open page that somebody types; nothing happens unless it is who has the word."""
        if self.handoff.state(conversation_id).owner == staff.owner:
            self.wakeups.wake(typing_topic(conversation_id))

    def seen(self, conversation_id: str, position: int) -> None:
        """A page of the resident has shown everything up to `position`: replies of staff there are marked as read, once."""
        if self.database.run(partial(self._mark, conversation_id, position)):
            for topic in (f"conversation:{conversation_id}", "desk"):
                self.wakeups.wake(topic)

    @staticmethod
    def _mark(conversation_id: str, position: int, work: Work) -> int:
        conversation = work.conversations.get(conversation_id)
        position = min(position, conversation.last_position if conversation else 0)  # whatever a page claims
        rows = work.messages.outbox_after(conversation_id, max(0, position - SEEN_WITH), SEEN_WITH)
        ours = [row for row in rows if row.sender.startswith("staff:") and row.position <= position]
        fresh = [row for row in ours if not row.payload.get("read")]
        for row in fresh:
            row.payload = {**row.payload, "read": True}
        return len(fresh)
