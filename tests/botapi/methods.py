"""The documented methods we use, with Telegram's own refusals. getUpdates is in `server.py`: it waits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.botapi.state import BOT, FORUMS, NOW, Params, Refusal, State

LONGEST_TEXT, LONGEST_DATA, LONGEST_NAME, BIGGEST_FILE = 4096, 64, 128, 20 * 1024 * 1024
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def get_me(state: State, params: Params) -> Any:
    return BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}


def set_webhook(state: State, params: Params) -> bool:
    url = params.get("url", "")
    if url and not url.startswith("https://"):
        raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        raise Refusal(400, "Bad Request: secret token contains unallowed characters")
    state.webhook = dict(params) if url else {}
    return True


def delete_webhook(state: State, params: Params) -> bool:
    state.webhook = {}
    if params.get("drop_pending_updates") == "true":
        state.updates.clear()
    return True


def get_webhook_info(state: State, params: Params) -> Params:
    url = state.webhook.get("url", "")
    return {"url": url, "has_custom_certificate": False, "pending_update_count": len(state.updates)}


def set_my_commands(state: State, params: Params) -> bool:
    commands = json.loads(params["commands"])
    if not all(COMMAND.fullmatch(item["command"]) for item in commands):
        raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
    state.commands = commands
    return True


def send_message(state: State, params: Params) -> Params:
    chat, text = _writable_chat(state, params), params.get("text", "").strip()
    if not text:
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > LONGEST_TEXT:
        raise Refusal(400, "Bad Request: message is too long")
    kind = "private" if chat > 0 else "supergroup" if chat in FORUMS else "group"
    message = {
        "message_id": state.new_message(), "from": BOT, "date": NOW, "text": text,
        "chat": {"id": chat, "type": kind, "first_name": "居民"},
    }  # fmt: skip
    if params.get("message_thread_id"):
        _into_topic(state, chat, int(params["message_thread_id"]), message)
    if params.get("entities"):
        message["entities"] = json.loads(params["entities"])
    if params.get("reply_markup"):
        wanted = json.loads(params["reply_markup"])
        if not wanted.get("force_reply"):  # asks the telephone to answer this message; it does not come back with it
            message["reply_markup"] = _keyboard(params["reply_markup"])
    state.messages[chat, message["message_id"]] = message
    return message


def _into_topic(state: State, chat: int, thread: int, message: Params) -> None:
    topic = state.topics.get((chat, thread))
    if topic is None and not state.misplaces:
        raise Refusal(400, "Bad Request: message thread not found")
    if topic is not None:
        if topic["closed"]:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        message |= {"message_thread_id": thread, "is_topic_message": True}


def send_document(state: State, params: Params) -> Params:
    chat, given = _writable_chat(state, params), params.get("document")
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if not isinstance(given, tuple) or not given[1]:
        raise Refusal(400, "Bad Request: file must be non-empty")
    ident = state.new_message()
    document = {"file_id": f"d{ident}", "file_unique_id": f"u{ident}", "file_name": given[0], "file_size": len(given[1])}
    message = {
        "message_id": ident, "from": BOT, "date": NOW, "document": document, "text": "",
        "chat": {"id": chat, "type": "private", "first_name": "居民"},
    }  # fmt: skip
    state.messages[chat, ident] = message | {"bytes": given[1]}
    return message


def send_photo(state: State, params: Params) -> Params:
    """As a document, and answered as a picture."""
    sent = send_document(state, {**params, "document": params.get("photo")})
    kept = state.messages[sent["chat"]["id"], sent["message_id"]]
    file = sent.pop("document")
    kept["photo_name"] = kept.pop("document")["file_name"]
    size = {"file_id": file["file_id"], "file_unique_id": file["file_unique_id"], "width": 40, "height": 30}
    return sent | {"photo": [size]}


def delete_message(state: State, params: Params) -> bool:
    if state.messages.pop((_writable_chat(state, params), int(params["message_id"])), None) is None:
        raise Refusal(400, "Bad Request: message to delete not found")
    return True


def create_forum_topic(state: State, params: Params) -> Params:
    chat, name = _writable_chat(state, params), params.get("name", "").strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refusal(400, "Bad Request: TOPIC_NAME_INVALID")
    thread = state.new_message()
    state.topics[chat, thread] = {"name": name, "closed": False}
    return {"message_thread_id": thread, "name": name, "icon_color": 7322096}


def edit_forum_topic(state: State, params: Params) -> bool:
    topic = _topic(state, params)
    if params.get("name", topic["name"]) == topic["name"]:
        raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic["name"] = params["name"]
    return True


def close_forum_topic(state: State, params: Params) -> bool:
    topic = _topic(state, params)
    if topic["closed"]:
        raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic["closed"] = True
    return True


def reopen_forum_topic(state: State, params: Params) -> bool:
    topic = _topic(state, params)
    if not topic["closed"]:
        raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic["closed"] = False
    return True


def _topic(state: State, params: Params) -> Params:
    topic = state.topics.get((_writable_chat(state, params), int(params.get("message_thread_id", 0))))
    if topic is None:
        raise Refusal(400, "Bad Request: TOPIC_ID_INVALID")
    return topic


def edit_message_reply_markup(state: State, params: Params) -> Params:
    message = state.messages.get((_writable_chat(state, params), int(params["message_id"])))
    if message is None:
        raise Refusal(400, "Bad Request: message to edit not found")
    markup = _keyboard(params["reply_markup"]) if params.get("reply_markup") else None
    if markup == message.get("reply_markup"):
        raise Refusal(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message",
        )
    message.pop("reply_markup", None)
    if markup is not None:
        message["reply_markup"] = markup
    return message


def answer_callback_query(state: State, params: Params) -> bool:
    if params.get("callback_query_id") not in state.open_queries:
        raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    state.open_queries.discard(params["callback_query_id"])
    return True


def get_file(state: State, params: Params) -> Params:
    found = state.files.get(params.get("file_id", ""))
    if found is None:
        raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    path, _, size = found
    if size > BIGGEST_FILE:
        raise Refusal(400, "Bad Request: file is too big")
    return {"file_id": params["file_id"], "file_unique_id": f"u{params['file_id']}", "file_size": size, "file_path": path}


def send_chat_action(state: State, params: Params) -> bool:
    _writable_chat(state, params)
    return True


def _writable_chat(state: State, params: Params) -> int:
    try:
        chat = int(params.get("chat_id", ""))
    except ValueError:
        raise Refusal(400, "Bad Request: chat not found") from None
    if chat in state.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if chat not in state.chats:
        raise Refusal(400, "Bad Request: chat not found")
    return chat


def _keyboard(markup: str) -> Any:
    try:
        read = json.loads(markup)
        buttons = [button for row in read["inline_keyboard"] for button in row]
    except (ValueError, KeyError, TypeError):
        raise Refusal(400, "Bad Request: object expected as reply markup") from None
    for button in buttons:
        if not button.get("text", "").strip():
            raise Refusal(400, "Bad Request: inline keyboard button text must be non-empty")
        if not 1 <= len(button.get("callback_data", "").encode()) <= LONGEST_DATA:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return read


METHODS: dict[str, Callable[[State, Params], Any]] = {
    "getme": get_me, "setwebhook": set_webhook, "deletewebhook": delete_webhook, "getwebhookinfo": get_webhook_info,
    "setmycommands": set_my_commands, "sendmessage": send_message, "editmessagereplymarkup": edit_message_reply_markup,
    "answercallbackquery": answer_callback_query, "getfile": get_file, "sendchataction": send_chat_action,
    "senddocument": send_document, "sendphoto": send_photo,
    "deletemessage": delete_message, "createforumtopic": create_forum_topic, "editforumtopic": edit_forum_topic,
    "closeforumtopic": close_forum_topic, "reopenforumtopic": reopen_forum_topic,
}  # fmt: skip
