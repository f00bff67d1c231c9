"""What services take and hand out: frozen values. Rows never leave a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.cases.scope import EVERYTHING, Scope

SenderKind = Literal["resident", "bot", "system", "staff", "note"]


@dataclass(frozen=True)
class Upload:
    """The bytes of a photo, voice message or file, as a channel received them."""

    kind: Literal["photo", "voice", "file"]
    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Incoming:
    """One message from a resident, channel-neutral.

    `message_id` is unique within the channel; the same id twice is the same message. `text` is in clear: the gateway
    masks it. `button` is the id of a pressed button (see ButtonRow) or None. `latitude`, `longitude` in degrees.
    """

    channel: str
    address: str
    message_id: str
    kind: Literal["text", "button", "photo", "voice", "file", "location", "edit"]
    text: str = field(default="", repr=False)
    button: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """What became of an incoming message: its inbox row, and whether it had come before."""

    inbox_id: int
    conversation_id: str
    duplicate: bool


@dataclass(frozen=True)
class Button:
    """A quick reply. `payload` is what Rasa or the gateway hears when it is pressed; it never leaves the server."""

    title: str
    payload: str


@dataclass(frozen=True)
class Source:
    """Where a quotation comes from; `quote` unfolds in the chat, `version` leads to the reader page /kb/<version>."""

    title: str
    article: str
    quote: str
    version: str
    number: str | None = None
    issuer: str | None = None
    region: str = "全国"
    in_force: str | None = None


@dataclass(frozen=True)
class Utterance:
    """One thing the bot says, as Rasa handed it over. `meta`: asked (slot), did (list), for `bot replay`."""

    text: str
    buttons: tuple[Button, ...] = ()
    sources: tuple[Source, ...] = ()
    asked: str | None = None
    did: tuple[str, ...] = ()
    files: tuple[tuple[int, str, str], ...] = ()  # copies of the resident's data: (id, name, content type)


@dataclass(frozen=True)
class SentFile:
    """A photo or file that staff sent; `digest` names its bytes in Media."""

    kind: str
    name: str
    content_type: str
    digest: str = field(repr=False)


@dataclass(frozen=True)
class MessageView:
    """One line of a transcript as a page shows it. `position` orders a conversation and serves as its cursor.

    `buttons` are (id, title) pairs: press by sending Incoming(kind="button", button=id). `attachments` are
    (id, kind, name, content_type). `status` of ours: pending | sent | failed; of the resident's: done | new | parked.
    """

    position: int
    sender: SenderKind
    sender_name: str
    kind: str
    text: str
    at: datetime
    status: str
    buttons: tuple[tuple[str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    attachments: tuple[tuple[int, str, str, str], ...] = ()
    message_id: str | None = None  # the resident's own id of it, so that a page can match what it sent
    safety: str = "none"
    sealed: bool = False  # personal data was masked; staff may ask to see it
    location: tuple[float, float] | None = None
    asked: str | None = None
    did: tuple[str, ...] = ()
    files: tuple[tuple[int, str, str], ...] = ()  # copies of the resident's data: (id, name, content type)
    sent: SentFile | None = None  # by staff
    read: bool = False  # a page of the resident has shown it (web chat only)


@dataclass(frozen=True)
class Outgoing:
    """An outbox row on its way through a Messenger."""

    outbox_id: int
    channel: str
    address: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    files: tuple[tuple[int, str, str], ...] = ()
    conversation_id: str = ""
    sent: SentFile | None = None


@dataclass(frozen=True)
class ConversationView:
    """A conversation as the desk lists it."""

    id: str
    resident_id: str
    resident_name: str  # 居民 + four characters of the random id: nobody's real name
    channel: str
    owner: str
    owner_name: str  # 机器人, 排队中, the staff member's name, 已结束
    owner_version: int
    queue_reason: str | None
    queued_at: datetime | None
    priority: int
    last_inbound_at: datetime | None
    last_text: str
    last_position: int
    open_alert: bool
    offered_to: int | None = None  # the staff member a waiting conversation is offered to
    unanswered_since: datetime | None = None  # the resident's first word the person has not answered
    carried: dict[str, Any] = field(default_factory=dict)  # topic and facts of an open form, masked


@dataclass(frozen=True)
class CallbackView:
    """A promised call: to whom, why, from when until when (aware UTC), and whether that is over."""

    conversation_id: str
    reason: str
    promised_from: datetime
    promised_by: datetime
    missed: bool


@dataclass(frozen=True)
class DeskNotice:
    """Something a staff member should look at."""

    id: int
    kind: str
    conversation_id: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ConversationState:
    """What a page watches: while this stays equal, nothing a resident sees has changed but delivery on pushed channels."""

    owner: str
    owner_name: str
    last_position: int
    unprocessed: int


@dataclass(frozen=True)
class CaseEventView:
    """One line of a case's timeline in plain words."""

    kind: str
    label: str
    actor: str
    at: datetime
    text: str


@dataclass(frozen=True)
class CaseView:
    """A case as residents and staff see it (masked). Times are aware UTC."""

    number: str
    kind: str
    category_code: str
    category: str  # 大类 / 小类
    status: str
    status_label: str
    description: str
    location: str
    occurred: str | None
    unit: str
    area: str
    anonymous: bool
    urgent: bool
    has_contact: bool
    resident_id: str
    conversation_id: str
    opened_at: datetime
    contact_due: datetime
    resolve_due: datetime
    promise: str  # the time promised, in words a resident reads
    overdue: bool
    events: tuple[CaseEventView, ...] = ()
    nature: str = ""  # 诉求性质, by name; where staff read it
    confidential: bool = False  # who reported it is not for grid workers and units that only help
    answers: tuple[tuple[str, str], ...] = ()  # what was asked in the chat and what was answered; with the timeline only
    # Only where the resident reads it themselves (services/case_words.py):
    usual: str = ""  # how long alike cases took here
    step: str = ""  # the last step: when, what
    coming: str = ""  # what happens next
    score: dict[str, Any] = field(default_factory=dict)  # grade, solved, contacted, as far as said
    told_above: str = ""  # the unit above that hears of the urging


@dataclass(frozen=True)
class NewCase:
    """What is needed to file a case. Texts are in clear: the service masks and seals them."""

    kind: Literal["report", "service", "dispute", "message"]
    description: str = field(repr=False)
    location: str = field(default="", repr=False)
    occurred: str | None = None
    contact: str | None = field(default=None, repr=False)
    anonymous: bool = False
    urgent: bool = False
    category_code: str | None = None  # None: guessed from the words
    ordinal: int = 0
    answers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (question, answer) of questions.csv


@dataclass(frozen=True)
class StaffView:
    """A desk account without its secrets."""

    id: int
    login: str
    name: str
    role: str
    scope: Scope = EVERYTHING  # how far they see

    @property
    def owner(self) -> str:
        """How this person is named as the owner of a conversation."""
        return f"staff:{self.id}"
