"""What a Telegram update says, in our words: a letter to take in, a refusal to give, or nothing.

Only reading: no network, no database. Whatever cannot be read raises one of UNREADABLE.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from telegram import CallbackQuery, ChatMember, Contact, Message, PhotoSize, Update

from bot.services.texts import Texts

#: What the library and our own checks raise over an update that is none.
UNREADABLE: Final = (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError, RecursionError)
#: Updates we ask Telegram for.
WANTED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
#: callback_data of a button that has been pressed and only shows it.
PRESSED: Final = "pressed"
#: Attributes of a message that hold a file, in the order in which they are looked at (an animation is a document too).
FILES: Final = ("voice", "audio", "video", "video_note", "animation", "document")
#: What people send that has no words, no file and no place. Everything else without these is Telegram's own notice.
WORDLESS: Final = (
    "sticker", "dice", "poll", "game", "story", "paid_media", "checklist", "giveaway", "invoice", "users_shared",
    "chat_shared", "live_photo",
)  # fmt: skip
STRICT: Final = ConfigDict(strict=True)
LONGEST_TEXT: Final = 8192  # units of a message are 4,096; nothing longer comes from Telegram
CHINA: Final = "86"
MOBILE_DIGITS: Final = 11

ChatId = Annotated[int, Field(ge=-(2**52), le=2**52)]
Ident = Annotated[str, Field(min_length=1, max_length=140)]


@dataclass(frozen=True, config=STRICT)
class FileRef:
    """A file that waits at Telegram. `size` in bytes, None when Telegram does not say."""

    file_id: Annotated[str, Field(min_length=1, max_length=512)]
    name: str
    size: int | None


@dataclass(frozen=True, config=STRICT)
class Press:
    """A pressed button: the query to answer, the message whose keyboard shows it, and its title."""

    query_id: Annotated[str, Field(min_length=1, max_length=64)]
    message: int | None
    title: str


@dataclass(frozen=True, config=STRICT)
class Letter:
    """Something a resident sent, to be taken in under `message_id`."""

    chat: ChatId
    message_id: Ident
    kind: Literal["text", "file", "location", "edit", "button"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    file: FileRef | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    button: Annotated[str, Field(max_length=64)] | None = None
    press: Press | None = None
    reply_to: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""  # the message of ours it answers


@dataclass(frozen=True, config=STRICT)
class Refused:
    """Nothing is taken in; the sentence `key` is said."""

    chat: ChatId
    key: Literal["group", "unreadable"]


def read(update: Update, words: Texts) -> Letter | Refused | None:
    """What to do about an update. Raises one of UNREADABLE for rubbish."""
    if not isinstance(update.update_id, int):
        raise TypeError("an update without a number")
    if update.callback_query:
        return _press(update.callback_query)
    if update.my_chat_member:
        change = update.my_chat_member
        joined = change.new_chat_member.status in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
        return Refused(change.chat.id, "group") if joined and _is_group(change.chat.type) else None
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    if message.chat.type != "private":
        return Refused(message.chat.id, "group") if update.message and _is_group(message.chat.type) else None
    return _message(message, words) if update.message else _edit(message)


def clean(text: Any) -> str:
    """The text without control signs and halves of signs, which no database takes. Raises TypeError for no text."""
    if not isinstance(text, str):
        raise TypeError("not a text")
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()


def _is_group(kind: Any) -> bool:
    return kind in ("group", "supergroup")


def _message(message: Message, words: Texts) -> Letter | Refused | None:
    ident = f"{message.chat.id}:{message.message_id}"
    text, answered = clean(message.text or message.caption or ""), _answered(message)
    if message.text:
        return Letter(message.chat.id, ident, "text", _command(text, words), reply_to=answered) if text else _wordless(message)
    if file := _file(message):
        return Letter(message.chat.id, ident, "file", text, file, reply_to=answered)
    if message.location:
        return _place(message, ident)
    if message.contact:
        return Letter(message.chat.id, ident, "text", _contact(message.contact, message))
    return Letter(message.chat.id, ident, "text", text) if text else _wordless(message)


def _answered(message: Message) -> str:
    """The words of the bot's message this one answers."""
    earlier = message.reply_to_message
    is_ours = earlier is not None and earlier.from_user is not None and earlier.from_user.is_bot
    return clean(earlier.text or "")[:LONGEST_TEXT] if earlier is not None and is_ours else ""


def _wordless(message: Message) -> Refused | None:
    said = message.text or any(getattr(message, name, None) for name in WORDLESS)
    return Refused(message.chat.id, "unreadable") if said else None


def _command(text: str, words: Texts) -> str:
    """A command of the menu as the sentence it stands for; `/start` may carry the payload of a link."""
    if not text.startswith("/"):
        return text
    key = "command_" + text[1:].split(maxsplit=1)[0].partition("@")[0].lower() if len(text) > 1 else ""
    return words(key) if words.has(key) else text


def _file(message: Message) -> FileRef | None:
    if message.photo:
        best: PhotoSize = max(message.photo, key=lambda size: size.width * size.height)
        return FileRef(best.file_id, "", best.file_size)
    for name in FILES:
        if (found := getattr(message, name)) is not None:
            return FileRef(found.file_id, clean(getattr(found, "file_name", None) or ""), found.file_size)
    return None


def _place(message: Message, ident: str) -> Letter:
    place, venue = message.location, message.venue
    text = clean(f"{venue.title} {venue.address}") if venue else ""
    latitude, longitude = (place.latitude, place.longitude) if place else (None, None)
    return Letter(message.chat.id, ident, "location", text, latitude=latitude, longitude=longitude)


def _contact(contact: Contact, message: Message) -> str:
    """A shared telephone number as a resident would write it; with the name when it is somebody else's."""
    digits = clean(contact.phone_number).lstrip("+")
    if digits.startswith(CHINA) and len(digits) == MOBILE_DIGITS + len(CHINA):
        digits = digits.removeprefix(CHINA)
    own = contact.user_id is not None and message.from_user is not None and contact.user_id == message.from_user.id
    return digits if own else f"{clean(contact.first_name)} {digits}".strip()


def _edit(message: Message) -> Letter | None:
    """A message whose words were changed. A live location moves every few seconds: that is no edit."""
    text = clean(message.text or message.caption or "")
    if not text or message.edit_date is None:
        return None
    ident = f"{message.chat.id}:{message.message_id}:edit:{int(message.edit_date.timestamp())}"
    return Letter(message.chat.id, ident, "edit", text)


def _press(query: CallbackQuery) -> Letter | None:
    """A pressed button; None in groups, where we never show one."""
    message = query.message
    if message is not None and message.chat.type != "private":
        return None
    chat = message.chat.id if message is not None else query.from_user.id
    button = clean(query.data or "") or PRESSED
    press = Press(query.id, message.message_id if message is not None else None, _title(message, button))
    return Letter(chat, query.id, "button", button=button, press=press)


def _title(message: Any, button: str) -> str:
    """The title of the pressed button, from the keyboard Telegram sends along; empty when it does not."""
    markup = getattr(message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((clean(item.text) for row in rows for item in row if item.callback_data == button), "")
