"""Small texts of our own, imported once with the real encoder; every test reads the same knowledge base."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder, open_encoder
from knowledge.importing import import_into
from tests.knowledge.samples import FILES, write_files

ENCODER_HOME = Path("var/encoder")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The embedded encoder, unpacked where the application keeps it too."""
    return open_encoder(ENCODER_HOME)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """The folder of a knowledge base over tests/knowledge/samples.py."""
    home = tmp_path_factory.mktemp("knowledge")
    texts = write_files(home / "texts", FILES)
    import_into(home / "base", [texts], encoder)
    return home / "base"


@pytest.fixture(scope="session")
def base(sample_folder: Path, encoder: Encoder) -> KnowledgeBase:
    return KnowledgeBase(sample_folder, encoder)
