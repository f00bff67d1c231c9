"""`python -m bot up`: prepare, start every process, watch over them, stop them all together.

A process that dies is started again after a short rest; Ctrl-C and SIGTERM stop everything. The processes also end
when this one is killed without warning (PR_SET_PDEATHSIG), so that no orphan keeps a port.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.launch.prepare import rasa_environment
from bot.launch.progress import console, doing
from bot.launch.trouble import Trouble
from bot.settings import ROOT, Settings

PR_SET_PDEATHSIG = 1
REST = (0.2, 0.5, 1.0, 2.0, 5.0)
#: A process that has lived this long is taken to be well again.
WELL_AFTER = 30.0
START_LIMIT = 120.0


@dataclass
class Child:
    """A process of ours, and how often it has died lately."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    begun: float = 0.0
    start_at: float = 0.0

    def start(self) -> None:
        """Start it, with its words going to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # our own commands
                self.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT,
                env={**rasa_environment(), **self.environment}, preexec_fn=_die_with_parent,  # noqa: PLW1509  # started from the main thread, before any other
            )  # fmt: skip
        self.begun = time.monotonic()

    def look_after(self, now: float) -> None:
        """Start it again if it has died, sooner or later depending on how often that happened."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 0 if now - self.begun > WELL_AFTER else self.deaths + 1
            self.start_at = now + REST[min(self.deaths, len(REST) - 1)]
            console.print(f"  [yellow]{self.name} 停了（{self.process.returncode}），马上重新启动[/yellow]")
            self.process = None
        if self.process is None and now >= self.start_at:
            self.start()

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, patience: float) -> None:
        """Wait for its end, and insist after `patience` seconds."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, patience))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def children(settings: Settings, model: Path) -> list[Child]:
    """The processes of one machine: Rasa and the service with all its roles."""
    logs = settings.var / "logs"
    rasa = [
        str(ROOT / ".venv-rasa" / "bin" / "python"), "-m", "bot.rasa_components.serve", "run", "--enable-api",
        "--auth-token", settings.rasa_token,
        "-i", "127.0.0.1", "-p", str(settings.rasa_port), "-m", str(model), "--endpoints", "endpoints.yml",
        "--credentials", "credentials.yml", "--log-file", os.devnull,
    ]  # fmt: skip
    (settings.var / "rasa").mkdir(parents=True, exist_ok=True)
    places = {
        "JIEFANG_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "JIEFANG_RASA_DB": str(settings.var / "rasa" / "tracker.db"),
    }
    service = [sys.executable, "-m", "bot", "serve"]
    return [Child("rasa", rasa, logs / "rasa.log", places), Child("service", service, logs / "service.log")]


def supervise(settings: Settings, model: Path, announce: str) -> None:
    """Run the processes until somebody says stop; `announce` is printed when all of them answer. Raises Trouble."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    family = children(settings, model)
    try:
        with doing("启动各进程"):
            for child in family:
                child.start()
            _wait_until_ready(settings, family, stop)
        if not stop.is_set():
            (settings.var / "pids").write_text("".join(f"{c.name} {c.process.pid}\n" for c in family if c.process))
            console.print(announce)
        while not stop.wait(0.2):
            for child in family:
                child.look_after(time.monotonic())
    finally:
        console.print("正在停止 …")
        for child in family:
            child.stop()
        limit = time.monotonic() + 8
        for child in family:
            child.end(limit - time.monotonic())


def _wait_until_ready(settings: Settings, family: list[Child], stop: threading.Event) -> None:
    """Until the service says that it and Rasa answer. Raises Trouble when a process ends or time runs out."""
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit and not stop.wait(0.25):
        for child in family:
            if child.process is not None and child.process.poll() is not None:
                raise Trouble(f"{child.name} 启动失败，请看 {child.log}：\n{last_words(child.log)}")
        try:
            health = httpx.get(f"http://127.0.0.1:{settings.port}/healthz", timeout=2, trust_env=False).json()
        except (httpx.HTTPError, ValueError):
            continue
        if health.get("database") and health.get("engine"):
            return
    if not stop.is_set():
        raise Trouble(f"{START_LIMIT:.0f} 秒内没有启动完成，请看 {settings.var / 'logs'} 里的日志。")


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def last_words(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def _die_with_parent() -> None:
    """In the child: own session (Ctrl-C reaches only us, we stop it in order), and end when the parent ends."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
