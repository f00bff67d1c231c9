"""Everything that must pass before a change lands, in the order in which it fails fastest.

usage: .venv/bin/python scripts/check.py [--fast]     (--fast: lint, types, imports and the core, under a minute)
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP, RASA = ROOT / ".venv" / "bin", ROOT / ".venv-rasa" / "bin"
PYTEST = [APP / "python", "-m", "pytest", "-q"]
#: Two processes, each with a PostgreSQL of its own; a file's tests stay together, for they share what is slow to make.
APART = ["-n", "2", "--dist", "loadfile"]
LEARNT = ["data/nlu", "data/rules", "data/responses"]
#: What the fast set tests: rules, services and actions, on SQLite alone.
CORE = [
    "tests/cases",
    "tests/text",
    "tests/services",
    "tests/worker",
    "tests/actions",
    "tests/test_wiring.py",
    "tests/test_docs.py",
]
READ = [
    ("lint", [APP / "ruff", "check", "."]),
    ("types", [APP / "mypy"]),
    ("imports point one way", [APP / "lint-imports"]),
]
FAST = [*READ, ("the core", [*PYTEST, *APART, "-m", "not slow and not browser", "-k", "not postgresql", *CORE])]
ALL = [
    *READ,
    ("tests that start no process", [*PYTEST, *APART, "-m", "not slow and not browser"]),
    ("Rasa's data", [RASA / "rasa", "data", "validate", "--fail-on-warnings", "--data", *LEARNT]),
    ("the model and everything the system needs", [APP / "python", "-m", "bot", "prepare"]),
    ("floors on our own sets", [APP / "python", "-m", "benchmarks.evaluate", "--floor"]),
    ("components and NLU floors", [RASA / "python", "-m", "pytest", "-q", "-c", "tests/rasa_env/pytest.ini", "tests/rasa_env"]),
    ("tests with processes and a browser", [*PYTEST, *APART, "-m", "slow or browser"]),
]
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip


def main(fast: bool) -> int:
    """Run the checks; answers the number of those that failed."""
    checks, failed = FAST if fast else ALL, []
    for title, command in checks:
        begun = time.monotonic()
        sys.stdout.write(f"== {title}\n")
        sys.stdout.flush()
        code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, env={**os.environ, **QUIET}).returncode
        sys.stdout.write(f"== {title}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.0f} s)\n")
        if code:
            failed.append(title)
    sys.stdout.write(f"{len(checks) - len(failed)} checks passed, {len(failed)} failed {failed or ''}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main("--fast" in sys.argv[1:]))
