"""A town for conversations: a real Rasa process, our actions on a port, real services on SQLite; residents who write."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
import uvicorn
from cryptography.fernet import Fernet

from bot.app import Services, build, start
from bot.channels.rasa import RasaEngine
from bot.launch import prepare
from bot.launch.district import load_district
from bot.launch.up import free_port
from bot.server import actions_app
from bot.services.views import MessageView
from bot.settings import ROOT, Settings, read_settings
from bot.store.migrate import upgrade
from knowledge.answering import Answer, Citation
from tests.builders import incoming, process
from tests.fakes import FakeKnowledge

START_LIMIT = 120.0
QUOTED = Citation("noise.md", "第一条", "夜间不得施工", "v1", "噪声污染防治法", None, None, "全国", None)


class QuotingKnowledge(FakeKnowledge):
    """Has one and the same quotation for every question: what is quoted is tested elsewhere."""

    def ask(self, question: str, **_: object) -> Answer:
        return Answer("answered", "《噪声污染防治法》规定：夜间不得施工。", 0.9, (QUOTED,), (), (), "", 1.0)


class Resident:
    """Somebody at the web chat."""

    def __init__(self, services: Services, address: str) -> None:
        self.services, self.address, self.conversation, self.read = services, address, "", 0
        self.buttons: dict[str, str] = {}

    def say(self, text: str) -> list[MessageView]:
        """Write, or press 【a button】; what was answered."""
        pressed = self.buttons[text.strip("【】")] if text.startswith("【") else None
        kind = {"[图片]": "photo", "[位置]": "location"}.get(text, "button" if pressed else "text")
        words = "" if kind != "text" else text
        accepted = self.services.conversations.accept(incoming(words, address=self.address, kind=kind, button=pressed))
        self.conversation = accepted.conversation_id
        process(self.services)
        # Whoever had their data erased goes on in a conversation of its own.
        self.conversation = self.services.conversations.conversation_of("web", self.address) or self.conversation
        heard = self.services.conversations.transcript(self.conversation, after=self.read)
        self.read = max(view.position for view in heard)
        answers = [view for view in heard if view.sender != "resident"]
        for answer in answers:
            self.buttons |= {title: button for button, title in answer.buttons}
        return answers

    def cases(self) -> list[dict[str, object]]:
        """What this resident has filed, oldest first, in clear."""
        resident = self.services.handoff.get(self.conversation).resident_id
        found = sorted(self.services.cases.of_resident(resident), key=lambda case: case.number)
        clear = [self.services.cases.original(case.number) for case in found]
        return [
            {
                "kind": case.kind, "status": str(case.status), "occurred": case.occurred, "anonymous": case.anonymous,
                "description": words["description"], "location": words["location"], "contact": words["contact"] or None,
            }
            for case, words in zip(found, clear, strict=True)
        ]  # fmt: skip

    def owner(self) -> str:
        return self.services.handoff.get(self.conversation).owner


class Town:
    """Where residents live."""

    def __init__(self, services: Services) -> None:
        self.services, self._numbers = services, count(1)

    def resident(self) -> Resident:
        """Somebody new."""
        return Resident(self.services, f"resident-{next(self._numbers)}")


@contextmanager
def running_town(folder: Path) -> Iterator[Town]:
    """A town whose Rasa runs while the block runs. Skips where Rasa's environment is missing."""
    if not (ROOT / ".venv-rasa" / "bin" / "rasa").exists():
        pytest.skip("Rasa's environment (.venv-rasa) is not set up")
    rasa_port, actions_port = free_port(), free_port()
    services = _services(folder, rasa_port)
    server = uvicorn.Server(uvicorn.Config(actions_app(), port=actions_port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    rasa = _rasa(folder, rasa_port, actions_port)
    try:
        _wait(services, rasa)
        yield Town(services)
    finally:
        rasa.terminate()
        rasa.wait(20)
        server.should_exit = True
        thread.join(10)
        services.close()


def _services(folder: Path, rasa_port: int) -> Services:
    settings = Settings(
        _env_file=None, var=folder, database_url=f"sqlite:///{folder}/town.db", vault_key=Fernet.generate_key().decode()
    )
    engine = RasaEngine(f"http://127.0.0.1:{rasa_port}", "", 30.0)
    services = build(settings, engine=engine, knowledge=QuotingKnowledge())
    upgrade(services.database.engine)
    load_district(services.database, settings.district)
    start(services)
    return services


def _rasa(folder: Path, port: int, actions_port: int) -> subprocess.Popen[bytes]:
    model = os.environ.get("JIEFANG_MODEL") or str(prepare.train(read_settings()))
    places = {
        "JIEFANG_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
        "JIEFANG_RASA_DB": str(folder / "tracker.db"),
    }
    command = [
        str(ROOT / ".venv-rasa" / "bin" / "rasa"), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", model,
        "--endpoints", "endpoints.yml", "--credentials", "credentials.yml", "--log-file", os.devnull,
    ]  # fmt: skip
    with (folder / "rasa.log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env={**prepare.rasa_environment(), **places}, stdout=log, stderr=subprocess.STDOUT
        )


def _wait(services: Services, rasa: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT
    while not services.engine.alive():
        assert rasa.poll() is None, "Rasa ended while starting"
        assert time.monotonic() < limit, "Rasa did not start"
        time.sleep(0.3)
