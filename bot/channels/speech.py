"""SpeechRecogniser over HTTP: any server that answers as OpenAI's `/v1/audio/transcriptions` does.

Nothing leaves the machine unless an address outside is configured. Recordings and words are never logged.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import structlog

from bot.cases.errors import Unavailable

log = structlog.get_logger()
#: Most characters taken from one recording.
LONGEST = 2000


class HttpRecogniser:
    """Asks one server. Safe to use from many threads."""

    def __init__(self, url: str, key: str, model: str, timeout: float) -> None:
        self._url, self._model = f"{url.rstrip('/').removesuffix('/v1')}/v1/audio/transcriptions", model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=httpx.Timeout(timeout, connect=2.0), trust_env=False)

    def transcribe(self, path: Path, name: str, content_type: str) -> str:
        """The words of a recording, empty where none were heard. Raises Unavailable when the server gives no answer."""
        fields = {"model": self._model, "language": "zh", "response_format": "json", "temperature": "0"}
        try:
            with path.open("rb") as sound:
                response = self._client.post(self._url, data=fields, files={"file": (name, sound, content_type)})
            text = response.raise_for_status().json()["text"]
        except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("speech was not recognised", error=type(error).__name__)
            raise Unavailable("speech") from error
        if not isinstance(text, str):
            raise Unavailable("speech")
        return text.strip()[:LONGEST]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()
