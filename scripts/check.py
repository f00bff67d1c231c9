"""Everything that must pass before a change lands, in the order in which it fails fastest.

usage: .venv/bin/python scripts/check.py [--fast]     (--fast: lint, types, imports, tests that start no process)
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP, RASA = ROOT / ".venv" / "bin", ROOT / ".venv-rasa" / "bin"
FAST = [
    ("lint", [APP / "ruff", "check", "."]),
    ("types", [APP / "mypy"]),
    ("imports point one way", [APP / "lint-imports"]),
    ("tests that start no process", [APP / "python", "-m", "pytest", "-q", "-m", "not slow and not browser"]),
]
SLOW = [
    (
        "Rasa's data",
        [RASA / "rasa", "data", "validate", "--fail-on-warnings", "--data", "data/nlu", "data/rules", "data/responses"],
    ),
    ("the model and everything the system needs", [APP / "python", "-m", "bot", "prepare"]),
    ("components and NLU floors", [RASA / "python", "-m", "pytest", "-q", "-c", "tests/rasa_env/pytest.ini", "tests/rasa_env"]),
    ("tests with processes and a browser", [APP / "python", "-m", "pytest", "-q", "-m", "slow or browser"]),
]
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip


def main(fast: bool) -> int:
    """Run the checks; answers the number of those that failed."""
    failed = []
    for title, command in FAST if fast else FAST + SLOW:
        begun = time.monotonic()
        sys.stdout.write(f"== {title}\n")
        sys.stdout.flush()
        code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, env={**os.environ, **QUIET}).returncode
        sys.stdout.write(f"== {title}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.0f} s)\n")
        if code:
            failed.append(title)
    sys.stdout.write(f"{len(FAST if fast else FAST + SLOW) - len(failed)} checks passed, {len(failed)} failed {failed or ''}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main("--fast" in sys.argv[1:]))
