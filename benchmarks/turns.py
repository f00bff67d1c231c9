"""One turn through gateway, Rasa, action, database and back: latency of one resident, turns a second of eight.

usage: .venv/bin/python -m benchmarks.turns [--turns 200] [--without-default]

The same system is measured twice in one run: with our pipeline, and with the pipeline `rasa init` writes (for zh),
trained on the same data. The clock runs from sending a message until its answer has arrived on the page's stream.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles

import httpx
from rich.console import Console
from rich.table import Table

from bot.launch import prepare
from bot.settings import ROOT, read_settings
from tests.system import WRITES, System

#: What residents write: small talk, a policy question, a case from first word to number, its progress.
CONVERSATION = (
    "你好", "居住证怎么办", "楼道灯坏了三天了", "阳光小区3号楼2单元", "不留电话", "提交", "查一下我的工单", "谢谢",
)  # fmt: skip
DEFAULT = ROOT / "benchmarks" / "default_pipeline.yml"


class Page:
    """A resident's page: sends, and hears the stream."""

    def __init__(self, base: str) -> None:
        self.client = httpx.Client(base_url=base, timeout=30, trust_env=False, headers=WRITES)
        self.client.get("/chat").raise_for_status()
        self.heard = threading.Event()
        self.closed = False
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        while not self.closed:
            try:
                with self.client.stream("GET", "/chat/api/events", timeout=60) as stream:
                    for line in stream.iter_lines():
                        if line.startswith("data:") and '"sender"' in line:
                            sender = json.loads(line[5:]).get("sender")
                            if sender != "resident":
                                self.heard.set()
            except httpx.HTTPError:
                time.sleep(0.05)

    def close(self) -> None:
        """Stop listening."""
        self.closed = True

    def turn(self, text: str) -> float:
        """Milliseconds until the answer to `text` is on the page."""
        self.heard.clear()
        begun = time.perf_counter()
        answer = self.client.post("/chat/api/messages", json={"client_id": secrets.token_hex(8), "text": text})
        answer.raise_for_status()
        if not self.heard.wait(30):
            raise AssertionError(f"no answer to {text!r} in 30 seconds")
        took = (time.perf_counter() - begun) * 1000
        time.sleep(0.01)  # let the rest of a many-part answer arrive, so that it is not taken for the next one's
        return took


def measure(system: System, turns: int) -> dict[str, float]:
    """p50 and p95 in ms of one resident, then turns a second of eight, then memory in MB."""
    _several(system.base, len(CONVERSATION) * 2)  # the first words pay for what is loaded on first use
    cuts = quantiles(_several(system.base, turns), n=100)
    begun = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        done = sum(len(times) for times in pool.map(lambda _: _several(system.base, turns // 4), range(8)))
    seconds = time.perf_counter() - begun
    memory = system.memory_mb()
    return {"p50_ms": cuts[49], "p95_ms": cuts[94], "turns_per_s": done / seconds, **{f"{k}_mb": v for k, v in memory.items()}}


def _several(base: str, turns: int) -> list[float]:
    """Milliseconds of each of so many turns; a new resident for each conversation, as the page's own limit wants it."""
    times: list[float] = []
    for number in range(turns):
        if number % len(CONVERSATION) == 0:
            page = Page(base)
        times.append(page.turn(CONVERSATION[number % len(CONVERSATION)]))
        if number % len(CONVERSATION) == len(CONVERSATION) - 1:
            page.close()
    return times


def train_default(folder: Path) -> tuple[Path, float]:
    """Rasa's default pipeline trained on our data; answers the model and the seconds it took."""
    begun = time.monotonic()
    command = [
        str(ROOT / ".venv-rasa" / "bin" / "rasa"), "train", "--quiet", "--config", str(DEFAULT), "--domain", "domain.yml",
        "--data", "data/nlu", "data/rules", "data/responses", "--out", str(folder), "--fixed-model-name", "default",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, env=prepare.rasa_environment(), stdout=subprocess.DEVNULL)
    return folder / "default.tar.gz", time.monotonic() - begun


def run(model: Path, turns: int) -> dict[str, float]:
    """Measure a system of its own on `model`."""
    with tempfile.TemporaryDirectory() as folder:
        system = System(Path(folder), model).start()
        try:
            return measure(system, turns)
        finally:
            system.stop()


def main() -> None:
    """Measure both and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--without-default", action="store_true", help="only our pipeline (the default one trains for long)")
    options = parser.parse_args()
    console, rows = Console(), {}
    settings = read_settings()
    prepare.import_articles(settings)
    rows["ours"] = run(prepare.train(settings), options.turns)
    if not options.without_default:
        with tempfile.TemporaryDirectory() as folder:
            console.print("training Rasa's default pipeline on the same data …")
            model, seconds = train_default(Path(folder))
            rows["rasa default"] = {**run(model, options.turns), "training_s": seconds}
    names = sorted({name for row in rows.values() for name in row})
    table = Table("", *names)
    for title, row in rows.items():
        table.add_row(title, *(f"{row[name]:.1f}" if name in row else "" for name in names))
    console.print(table)
    sys.stdout.write(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
