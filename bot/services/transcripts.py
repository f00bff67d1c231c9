"""A conversation as people read it: inbox, outbox and notes in one line of positions."""

from __future__ import annotations

from bot.services.views import MessageView, SenderKind, SentFile, Source
from bot.store.database import Work
from bot.store.tables import AttachmentRow, InboxRow, NoteRow, OutboxRow

#: Kinds of messages that may carry attachments.
WITH_FILES = frozenset({"photo", "voice", "file"})
NAMES = {"bot": "街坊机器人", "system": "系统"}


def read(work: Work, conversation_id: str, *, after: int, limit: int, for_staff: bool) -> list[MessageView]:
    """Messages behind `after` in order, at most `limit`. Residents see only what was sent, and no notes."""
    inbox = work.messages.inbox_after(conversation_id, after, limit)
    files = work.messages.attachments_of([row.id for row in inbox if row.kind in WITH_FILES])
    views = [_from_resident(row, files.get(row.id, [])) for row in inbox]
    outbox = work.messages.outbox_after(conversation_id, after, limit)
    views += [_from_us(work, row) for row in outbox if row.status == "sent" or (for_staff and row.status != "dropped")]
    if for_staff:
        views += [_note(work, row) for row in work.messages.notes_after(conversation_id, after, limit)]
    return sorted(views, key=lambda view: view.position)[:limit]


def _from_resident(row: InboxRow, files: list[AttachmentRow]) -> MessageView:
    place = row.payload.get("location")
    return MessageView(
        row.position, "resident", "我", row.kind, row.text, row.received_at, row.status,
        attachments=tuple((file.id, file.kind, file.name, file.content_type) for file in files),
        message_id=row.message_id, safety=row.safety, sealed=row.sealed_id is not None,
        location=(place[0], place[1]) if place else None,
    )  # fmt: skip


def _from_us(work: Work, row: OutboxRow) -> MessageView:
    kind: SenderKind = "staff" if row.sender.startswith("staff:") else "bot" if row.sender == "bot" else "system"
    payload, sent = row.payload, sent_file(row)
    return MessageView(
        row.position, kind, _name(work, row.sender), sent.kind if sent else "text", row.text, row.created_at, row.status,
        buttons=tuple((item[0], item[1]) for item in payload.get("buttons", ())),
        sources=tuple(Source(**item) for item in payload.get("sources", ())),
        asked=payload.get("asked"), did=tuple(payload.get("did", ())),
        files=tuple((file[0], file[1], file[2]) for file in payload.get("files", ())),
        sent=sent, read=bool(payload.get("read")),
    )  # fmt: skip


def sent_file(row: OutboxRow) -> SentFile | None:
    """The photo or file that staff sent with a row."""
    kept = row.payload.get("sent")
    return SentFile(**kept) if kept else None


def _note(work: Work, row: NoteRow) -> MessageView:
    return MessageView(row.position, "note", _name(work, row.author), "text", row.text, row.created_at, "sent")


def _name(work: Work, sender: str) -> str:
    if not sender.startswith("staff:"):
        return NAMES.get(sender, sender)
    staff = work.staff.by_id(int(sender.removeprefix("staff:")))
    return f"工作人员 {staff.name}" if staff else "工作人员"
