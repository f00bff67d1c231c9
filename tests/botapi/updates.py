"""What residents do on Telegram, as the updates Telegram makes of it. Field names are those of the Bot API."""

from __future__ import annotations

from typing import Any

from tests.botapi.state import BOT, FORUMS, NOW, State

GROUP = -100_200_300
#: What the Bot API tells of each kind of file besides its size; of sounds only the length.
SHAPES: dict[str, dict[str, Any]] = {
    "video": {"width": 640, "height": 480, "duration": 3},
    "video_note": {"length": 240, "duration": 3},
    "animation": {"width": 320, "height": 240, "duration": 3},
    "document": {},
}


class Resident:
    """Somebody with a telephone who has opened a chat with the bot."""

    def __init__(self, state: State, chat: int = 4242) -> None:
        self.state, self.chat = state, chat
        state.chats.add(chat)

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        return self.sends(text=text, **more)

    def sends(self, **content: Any) -> dict[str, Any]:
        """A message with any content."""
        return self.state.push(message=self.message(**content))

    def edits(self, update: dict[str, Any], *, after: int = 30, **content: Any) -> dict[str, Any]:
        """The message of an earlier update gets other content."""
        return self.state.push(edited_message=update["message"] | {"edit_date": NOW + after} | content)

    def photo(self, data: bytes, *, caption: str | None = None, size: int | None = None) -> dict[str, Any]:
        """A photo, in the three sizes Telegram makes; only the largest can be fetched."""
        ident = self.file(data, f"photos/file_{len(self.state.files)}.jpg", size)
        sizes = [("small", 90, 67), ("middle", 320, 240), (ident, 1280, 960)]
        photo = [{"file_id": i, "file_unique_id": f"u{i}", "width": w, "height": h, "file_size": w * h} for i, w, h in sizes]
        return self.sends(photo=photo, **({"caption": caption} if caption else {}))

    def media(self, kind: str, data: bytes, *, size: int | None = None, **more: Any) -> dict[str, Any]:
        """voice, audio, video, video_note or document; `caption` belongs to the message, the rest to the file."""
        caption = {"caption": more.pop("caption")} if "caption" in more else {}
        told = size if size is not None else len(data)
        ident = self.file(data, f"{kind}/file_{len(self.state.files)}", size)
        base = {"file_id": ident, "file_unique_id": f"u{ident}", "file_size": told}
        shape = SHAPES.get(kind, {"duration": 3})
        return self.sends(**{kind: base | shape | more}, **caption)

    def file(self, data: bytes, path: str, size: int | None = None) -> str:
        """A file lies at Telegram; answers its id."""
        ident = f"AgACAgUAAx{len(self.state.files):04d}"
        self.state.files[ident] = (path, data, size if size is not None else len(data))
        return ident

    def presses(self, message: dict[str, Any], data: str) -> dict[str, Any]:
        """A button below one of our messages is pressed."""
        query = str(4_382_000_000 + self.state.next_update)
        self.state.open_queries.add(query)
        return self.state.push(
            callback_query={"id": query, "from": self.user(), "message": message, "chat_instance": "-77", "data": data}
        )

    def message(self, **content: Any) -> dict[str, Any]:
        chat = {"id": self.chat, "type": "private", "first_name": "王秀兰"}
        return {"message_id": self.state.new_message(), "from": self.user(), "chat": chat, "date": NOW, **content}

    def user(self) -> dict[str, Any]:
        return {"id": self.chat, "is_bot": False, "first_name": "王秀兰", "language_code": "zh-hans"}


def group_message(resident: Resident, text: str) -> dict[str, Any]:
    """Somebody writes in a group the bot is in."""
    resident.state.chats.add(GROUP)
    return resident.sends(text=text, chat={"id": GROUP, "type": "group", "title": "幸福里业主群"})


def added_to_group(resident: Resident) -> dict[str, Any]:
    """Somebody makes the bot a member of a group."""
    resident.state.chats.add(GROUP)
    chat = {"id": GROUP, "type": "group", "title": "幸福里业主群"}
    old, new = ({"user": BOT, "status": status} for status in ("left", "member"))
    change = {"chat": chat, "from": resident.user(), "date": NOW, "old_chat_member": old, "new_chat_member": new}
    return resident.state.push(my_chat_member=change)


def channel_post(resident: Resident, text: str) -> dict[str, Any]:
    """A channel the bot is in publishes something."""
    chat = {"id": -100_999, "type": "channel", "title": "街道发布"}
    return resident.state.push(channel_post={"message_id": 9, "chat": chat, "date": NOW, "text": text})


def other_bot(resident: Resident, text: str) -> dict[str, Any]:
    """Another bot writes."""
    robot = {"id": 99, "is_bot": True, "first_name": "别的机器人"}
    return resident.sends(text=text, **{"from": robot})


class StaffMember:
    """Somebody of the staff in their forum group."""

    def __init__(self, state: State, ident: int) -> None:
        self.state, self.ident = state, ident
        self.group = min(FORUMS)
        state.chats.add(self.group)

    def writes(self, text: str, thread: int | None) -> dict[str, Any]:
        """A message in a topic, or in General."""
        user = {"id": self.ident, "is_bot": False, "first_name": "小王"}
        chat = {"id": self.group, "type": "supergroup", "title": "值班", "is_forum": True}
        topic = {"message_thread_id": thread, "is_topic_message": True} if thread is not None else {}
        ident = self.state.new_message()
        return self.state.push(message={"message_id": ident, "from": user, "chat": chat, "date": NOW, "text": text, **topic})
