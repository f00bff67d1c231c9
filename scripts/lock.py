"""Write the lock files from what is installed: every package with its exact version, those of the .in files and theirs.

usage: .venv/bin/python scripts/lock.py
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    ".venv": {"app": "requirements/app.in", "dev": "requirements/dev.in"},
    ".venv-rasa": {"rasa": "requirements/rasa.in"},
}
#: Runs inside the environment that is locked: the closure of some requirements there.
CLOSURE = """
import re, sys
from importlib.metadata import distribution, PackageNotFoundError
try:
    from packaging.requirements import Requirement
except ImportError:
    from pip._vendor.packaging.requirements import Requirement
todo, seen = [(Requirement(line), "") for line in sys.argv[1:]], {}
done = set()
while todo:
    need, extra = todo.pop()
    name = re.sub(r"[-_.]+", "-", need.name).lower()
    try:
        found = distribution(name)
    except PackageNotFoundError:
        continue
    seen[name] = found.version.split("+")[0]
    for wanted in [""] + sorted(need.extras):
        if (name, wanted) in done:
            continue
        done.add((name, wanted))
        for line in found.requires or []:
            inner = Requirement(line)
            if inner.marker is None or inner.marker.evaluate({"extra": wanted}):
                todo.append((inner, wanted))
for name in sorted(seen):
    print(name + "==" + seen[name])
"""


def wanted(path: Path) -> list[str]:
    """The requirements of an .in file, comments left out."""
    lines = (re.sub(r"\s+#.*|^#.*", "", line).strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def main() -> None:
    """Write each lock file; one that builds on another names it first."""
    for environment, locks in LOCKS.items():
        python, before = ROOT / environment / "bin" / "python", ""
        for name, source in locks.items():
            closure = subprocess.run(  # our own code in our own environment
                [str(python), "-c", CLOSURE, *wanted(ROOT / source)], capture_output=True, text=True, check=True
            ).stdout
            known = set(before.splitlines())
            lines = [line for line in closure.splitlines() if line not in known]
            (ROOT / f"requirements/{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
            before += closure
            sys.stdout.write(f"requirements/{name}.txt: {len(lines)} packages\n")


if __name__ == "__main__":
    main()
