"""The whole system as processes, on ports and a folder of its own: for end-to-end tests and benchmarks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
from cryptography.fernet import Fernet

from bot.launch.up import free_port
from bot.settings import ROOT, Settings

START_LIMIT = 240.0
WRITES = {"x-jiefang-chat": "1"}


class System:
    """`python -m bot up`, started and stopped; its pieces can be killed one by one."""

    def __init__(self, folder: Path, model: Path, **settings: str) -> None:
        self.folder, self.settings = folder, self._settings(folder, model, settings)
        self.output = folder / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _settings(folder: Path, model: Path, more: dict[str, str]) -> dict[str, str]:
        return {
            "JIEFANG_VAR": str(folder),
            "JIEFANG_DATABASE_URL": f"sqlite:///{folder}/jiefang.db",
            "JIEFANG_VAULT_KEY": Fernet.generate_key().decode(),
            "JIEFANG_RASA_TOKEN": "end-to-end",
            "JIEFANG_PORT": str(port := free_port()),
            "JIEFANG_ACTIONS_PORT": str(free_port()),
            "JIEFANG_RASA_PORT": str(rasa := free_port()),
            "JIEFANG_RASA_URL": f"http://127.0.0.1:{rasa}",
            "JIEFANG_KNOWLEDGE": str(ROOT / "var" / "knowledge"),
            "JIEFANG_MODEL": str(model),
            **more,
            "BASE": f"http://127.0.0.1:{port}",
        }

    @property
    def base(self) -> str:
        """Where residents and staff reach it."""
        return self.settings["BASE"]

    def start(self) -> System:
        """Start it and wait until it says that it is ready."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "up"], cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **self.settings}
            )
        limit = time.monotonic() + START_LIMIT
        while "街坊已就绪" not in self.said():
            if self.process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"the system did not start:\n{self.said()[-3000:]}")
            time.sleep(0.2)
        return self

    def said(self) -> str:
        """What it has printed so far."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def account(self, login: str) -> str:
        """The password of a demo account, as it was shown."""
        found = re.search(rf"^\s*{login}\s+(\S+)\s*$", self.said(), re.MULTILINE)
        assert found, self.said()
        return found[1]

    def children(self) -> dict[str, psutil.Process]:
        """The processes it watches over, by name."""
        assert self.process is not None
        found = {}
        for child in psutil.Process(self.process.pid).children():
            found["rasa" if "rasa" in " ".join(child.cmdline()[:2]) else "service"] = child
        return found

    def kill(self, name: str) -> None:
        """Kill one process without warning (SIGKILL)."""
        child = self.children().get(name)
        if child is not None:
            child.send_signal(signal.SIGKILL)

    def memory_mb(self) -> dict[str, float]:
        """Resident memory by process."""
        return {name: child.memory_info().rss / 2**20 for name, child in self.children().items()}

    def stop(self) -> int:
        """Ctrl-C; answers the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def services_settings(self) -> Settings:
        """The settings it runs on, for a look into its database."""
        known = {key.removeprefix("JIEFANG_").lower(): value for key, value in self.settings.items() if key != "BASE"}
        return Settings(_env_file=None, **known)  # type: ignore[arg-type]  # strings, as in the environment


class Resident:
    """A resident with a browser of its own who keeps trying while the system is away."""

    def __init__(self, base: str) -> None:
        self.client = httpx.Client(base_url=base, timeout=20, trust_env=False, headers=WRITES)
        self.request("GET", "/chat")

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        """The answer, after as many tries as it takes (90 seconds)."""
        limit = time.monotonic() + 90
        while True:
            try:
                answer = self.client.request(method, path, **more)  # type: ignore[arg-type]  # handed through
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return answer
            except httpx.TransportError:
                pass
            if time.monotonic() > limit:
                raise AssertionError(f"{method} {path} was not answered for 90 seconds")
            time.sleep(0.1)

    def send(self, text: str, client_id: str) -> None:
        """Send a message until it is taken."""
        answer = self.request("POST", "/chat/api/messages", json={"client_id": client_id, "text": text})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    def history(self) -> list[dict[str, object]]:
        """What the page shows."""
        messages: list[dict[str, object]] = self.request("GET", "/chat/api/history").json()["messages"]
        return messages
