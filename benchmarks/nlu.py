"""Our pipeline beside the one `rasa init` writes for zh: training time, memory, accuracy, time per message.

Runs in Rasa's Python: `.venv-rasa/bin/python benchmarks/nlu.py tests/nlu/floor.jsonl [--epochs 100]`. Both learn from data/nlu.
Each is trained and measured in its own process, so that neither warms the other's memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What `rasa init` writes, with the tokenizer its documentation names for Chinese; benchmarks/turns.py measures it too.
DEFAULT = ROOT / "benchmarks" / "default_pipeline.yml"


def main() -> None:
    """Train and measure both pipelines and print one line for each."""
    arguments = _arguments()
    if arguments.only:
        print(json.dumps(measure(Path(arguments.only), arguments.labelled)))
        return
    with tempfile.TemporaryDirectory() as folder:
        default = Path(folder) / "default.yml"
        default.write_text(DEFAULT.read_text("utf-8").replace("epochs: 100", f"epochs: {arguments.epochs}"), "utf-8")
        print(f"{'pipeline':<24}{'train s':>9}{'MB':>7}{'accuracy':>10}{'p50 ms':>9}{'p95 ms':>9}")
        for name, config in (("ours", ROOT / "config.yml"), (f"default, {arguments.epochs} epochs", default)):
            row = _in_own_process(config, arguments.labelled)
            print(
                f"{name:<24}{row['train_s']:>9.1f}{row['megabytes']:>7.0f}{row['accuracy']:>10.3f}"
                f"{row['p50_ms']:>9.1f}{row['p95_ms']:>9.1f}",
                flush=True,
            )


def measure(config: Path, labelled: Path) -> dict[str, float]:
    """Train with `config` on data/nlu and read the rows of `labelled` ({"text", "intent"} a line)."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    rows = [json.loads(line) for line in labelled.read_text(encoding="utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        model = train_nlu(str(config), "data/nlu", folder, domain="domain.yml")
        trained = time.perf_counter() - start
        agent = Agent.load(str(model))
        right, times = asyncio.run(_read_all(agent, rows))
    times.sort()
    return {
        "train_s": trained,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "accuracy": right / len(rows),
        "p50_ms": 1000 * times[len(times) // 2],
        "p95_ms": 1000 * times[int(len(times) * 0.95)],
    }


async def _read_all(agent: object, rows: list[dict[str, str]]) -> tuple[int, list[float]]:
    right, times = 0, []
    for row in rows:
        start = time.perf_counter()
        parsed = await agent.parse_message(row["text"])  # type: ignore[attr-defined]  # Rasa is not in this environment
        times.append(time.perf_counter() - start)
        choices = [choice["name"] for choice in parsed["intent_ranking"] if choice["name"] != "nlu_fallback"]
        right += choices[:1] == [row["intent"]]
    return right, times


def _in_own_process(config: Path, labelled: Path) -> dict[str, float]:
    command = [sys.executable, __file__, str(labelled), "--only", str(config)]
    quiet = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=quiet, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=lambda path: Path(path).resolve(), help="JSON Lines with text and intent")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of DIET in the default pipeline")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main()
