"""Voice messages with a recogniser: a real HTTP server on this machine that answers as the interface does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.app import Services
from bot.cases.errors import Unavailable
from bot.channels.speech import HttpRecogniser
from bot.services.views import Upload
from tests.builders import incoming, process, said


class Recogniser(BaseHTTPRequestHandler):
    """Answers every recording with `answer`; remembers what it was sent."""

    answer: tuple[int, object] = (200, {"text": "路灯坏了"})
    asked: list[tuple[str, str | None, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).asked.append((self.path, self.headers.get("authorization"), body))
        status, answer = type(self).answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Recogniser.answer, Recogniser.asked = (200, {"text": "路灯坏了"}), []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Recogniser)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def hearing(services: Services, server: str) -> Services:
    services.hearing.recogniser = HttpRecogniser(server, "key", "some-model", 5)
    return services


def speak(services: Services) -> str:
    """A resident sends a voice message, and the bot takes its turn."""
    sound = Upload("voice", "录音.ogg", "audio/ogg", b"OggS of a lamp")
    conversation = services.conversations.accept(incoming("", kind="voice", uploads=(sound,))).conversation_id
    process(services)
    return conversation


def test_a_recording_reaches_the_bot_as_words_and_the_resident_is_told_what_was_heard(hearing: Services) -> None:
    conversation = speak(hearing)
    assert hearing.engine.heard[0][1] == "路灯坏了"
    assert said(hearing, conversation)[0] == "我听到您说：“路灯坏了”。不对的话，再说一遍或者打几个字。"
    path, key, body = Recogniser.asked[0]
    assert (path, key) == ("/v1/audio/transcriptions", "Bearer key")
    assert b"OggS of a lamp" in body and b"some-model" in body and b"zh" in body


def test_a_number_that_was_spoken_is_masked_and_sealed(hearing: Services) -> None:
    Recogniser.answer = (200, {"text": "我的电话是13800138000"})
    conversation = speak(hearing)
    assert "13800138000" not in str(hearing.engine.heard) + str(said(hearing, conversation))
    assert hearing.conversations.original(hearing.engine.heard[0][2]["inbox_id"]) == "我的电话是13800138000"


def test_danger_that_was_spoken_is_answered_at_once(hearing: Services) -> None:
    Recogniser.answer = (200, {"text": "救命啊着火了，屋里都是烟"})
    conversation = speak(hearing)
    assert "119" in "\n".join(said(hearing, conversation))
    assert hearing.engine.heard == []
    assert hearing.handoff.get(conversation).priority == 2


@pytest.mark.parametrize("answer", [(500, {}), (200, {"words": "x"}), (200, {"text": ""}), (200, ["x"])])
def test_what_cannot_be_heard_is_kept_and_the_bot_goes_on(hearing: Services, answer: tuple[int, object]) -> None:
    Recogniser.answer = answer
    conversation = speak(hearing)
    assert hearing.engine.heard[0][1] == "[语音]"
    assert hearing.conversations.transcript(conversation)[0].attachments


def test_a_server_that_is_away_is_said_to_be_away(tmp_path: Path) -> None:
    sound = tmp_path / "a.ogg"
    sound.write_bytes(b"OggS")
    with pytest.raises(Unavailable):
        HttpRecogniser("http://127.0.0.1:9", "", "m", 1).transcribe(sound, "a.ogg", "audio/ogg")


def test_without_a_recogniser_nothing_is_heard(services: Services) -> None:
    assert not services.hearing.can_hear
    speak(services)
    assert services.engine.heard[0][1] == "[语音]"
