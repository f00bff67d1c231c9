"""BotEngine over Rasa's REST channel: time-outs, one retry, and a clean second try of a message.

Rasa is reached on loopback only; its REST channel trusts any sender. See docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import structlog

from bot.cases.errors import EngineDown
from bot.services.views import Button, Source, Utterance

log = structlog.get_logger()
TRIES = 2


class RasaEngine:
    """Talks to one Rasa server. Safe to use from many threads."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._client = httpx.Client(
            base_url=url, params={"token": token} if token else None, timeout=httpx.Timeout(timeout, connect=1.0),
            trust_env=False, limits=httpx.Limits(max_connections=32, max_keepalive_connections=32),
        )  # fmt: skip

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        """One turn, tried twice. A turn without a single word is a failed turn: an action could not be run."""
        for attempt in range(TRIES):
            try:
                if again or attempt:
                    self._undo(conversation_id, metadata["inbox_id"])
                said = read_replies(self._post(conversation_id, text, metadata))
            except httpx.HTTPError as error:
                log.warning("rasa did not answer", error=type(error).__name__, attempt=attempt)
                continue
            if said:
                return said
            log.warning("rasa answered nothing", conversation=conversation_id, attempt=attempt)
        raise EngineDown("rasa")

    def alive(self) -> bool:
        """Whether Rasa has a model loaded and answers."""
        try:
            return self._client.get("/status").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def parse(self, text: str) -> dict[str, Any]:
        """Rasa's understanding of one masked message: {"intent": {"name", "confidence"}, …}. Raises EngineDown."""
        try:
            response = self._client.post("/model/parse", json={"text": text}).raise_for_status()
        except httpx.HTTPError as error:
            raise EngineDown("rasa") from error
        parsed: dict[str, Any] = response.json()
        return parsed

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _post(self, conversation_id: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"sender": conversation_id, "message": text, "metadata": metadata}
        messages: list[dict[str, Any]] = self._client.post("/webhooks/rest/webhook", json=body).raise_for_status().json()
        return messages

    def _undo(self, conversation_id: str, inbox_id: int) -> None:
        """Take back what an earlier try of the same message left in Rasa's tracker, forms and slots included."""
        path = f"/conversations/{conversation_id}/tracker"
        tracker = self._client.get(path, params={"include_events": "NONE"}).raise_for_status().json()
        last = (tracker.get("latest_message") or {}).get("metadata") or {}
        if last.get("inbox_id") == inbox_id:
            self._client.post(f"{path}/events", json=[{"event": "rewind"}]).raise_for_status()


def read_replies(messages: list[dict[str, Any]]) -> list[Utterance]:
    """Rasa's REST messages as utterances; a `custom` block belongs to the text before it, or to the first behind it."""
    said: list[dict[str, Any]] = []
    loose: dict[str, Any] = {}
    for message in messages:
        custom = message.get("custom") or {}
        if message.get("text"):
            buttons = tuple(Button(item["title"], item["payload"]) for item in message.get("buttons", ()))
            said.append({"text": message["text"], "buttons": buttons, **loose})
            loose = {}
        _merge(said[-1] if said else loose, custom)
    return [
        Utterance(
            item["text"], item["buttons"], tuple(Source(**source) for source in item.get("sources", ())), item.get("asked"),
            tuple(item.get("did", ())), tuple((file[0], file[1], file[2]) for file in item.get("files", ())),
        )
        for item in said
    ]  # fmt: skip


def _merge(into: dict[str, Any], custom: dict[str, Any]) -> None:
    for key in ("sources", "did", "files"):
        if custom.get(key):
            into[key] = [*into.get(key, ()), *custom[key]]
    if custom.get("asked"):
        into["asked"] = custom["asked"]
