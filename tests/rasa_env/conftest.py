"""What runs inside Rasa's Python 3.10 and nowhere else: `.venv-rasa/bin/python -m pytest tests/rasa_env`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

collect_ignore_glob: list[str] = []
try:
    import rasa  # noqa: F401  # only to know which of the two environments this is
except ImportError:
    collect_ignore_glob = ["test_*.py"]  # the application's Python collects the tree without these

ROOT = Path(__file__).resolve().parents[2]

Parse = Callable[[str], "dict[str, Any]"]


@pytest.fixture(scope="session")
def phrases() -> dict[str, list[str]]:
    """The training phrases by intent."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = entry["examples"].splitlines()
            found.setdefault(entry["intent"], []).extend(line[2:].strip() for line in lines if line.startswith("- "))
    return found


@pytest.fixture(scope="session")
def floor() -> list[dict[str, str]]:
    """Our own labelled phrases that no training has seen."""
    lines = (ROOT / "tests" / "nlu" / "floor.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    """Reads a message with a model trained now, from this tree's phrases and pipeline, once a session."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.chdir(ROOT)  # the pipeline names its shelf of vectors relative to the root
    folder = tmp_path_factory.mktemp("models")
    model = train_nlu("config.yml", "data/nlu", str(folder), fixed_model_name="floor", domain="domain.yml")
    assert model is not None, "rasa train nlu gave no model"
    agent = Agent.load(model)

    def read(text: str) -> dict[str, Any]:
        return dict(asyncio.run(agent.parse_message(text)))

    return read
