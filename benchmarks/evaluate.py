"""Run the batch interfaces over a folder of labelled sets and score them with the folder's own scorer.

usage: .venv/bin/python -m benchmarks.evaluate FOLDER [--knowledge DIR]

FOLDER holds any of policy.jsonl, intents.jsonl, slots.jsonl, pii.jsonl, emergency.jsonl, dialogues.jsonl, and a
`score.py TASK GOLD PRED` in it or beside it. Predictions are left under var/evaluate. `dialogues` needs the system running.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT, read_settings

UNDERSTAND = {"intents": "intents", "slots": "slots", "pii": "pii", "emergency": "safety"}


def run(*command: str) -> None:
    """Run one of our own commands, its progress shown."""
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


def predict(gold: Path, out: Path, knowledge: Path) -> str:
    """Write the predictions for one set; answers the scorer's task."""
    if gold.stem == "policy":
        run("knowledge", "ask", "--in", str(gold), "--out", str(out), "--into", str(knowledge))
        return "policy"
    if gold.stem == "dialogues":
        run("bot", "replay", "--in", str(gold), "--out", str(out))
        return "dialogues"
    run("bot", "understand", "--in", str(gold), "--out", str(out))
    return UNDERSTAND[gold.stem]


def main() -> None:
    """Predict and score every set that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--knowledge", type=Path, default=read_settings().knowledge)
    options = parser.parse_args()
    folder = options.folder.resolve()
    scorer = next((path for path in (folder / "score.py", folder.parent / "score.py") if path.exists()), None)
    if scorer is None:
        sys.exit(f"✗ {folder} 里和旁边都没有 score.py")
    target = read_settings().var / "evaluate"
    target.mkdir(parents=True, exist_ok=True)
    for gold in sorted(folder.glob("*.jsonl")):
        if gold.stem in {"policy", "dialogues", *UNDERSTAND}:
            out = target / gold.name
            task = predict(gold, out, options.knowledge.resolve())
            sys.stdout.write(f"\n== {gold.stem}\n")
            sys.stdout.flush()
            subprocess.run([sys.executable, str(scorer), task, str(gold), str(out)], check=True)


if __name__ == "__main__":
    main()
