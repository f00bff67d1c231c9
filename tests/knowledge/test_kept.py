"""The vectors beside the articles: complete as committed, true to the encoder, used at import."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge import kept
from knowledge.encoder import Encoder
from knowledge.errors import BadVectors
from knowledge.importing import import_into
from tests.knowledge.samples import ARTICLE, write_files

ARTICLES = Path("knowledge/articles")


def test_every_shipped_article_has_its_vectors(encoder: Encoder) -> None:
    missing = kept.missing(ARTICLES, encoder)
    assert not missing, f"{len(missing)} missing, run `python -m knowledge cache`: {missing[:5]}"


def test_the_shipped_articles_are_imported_without_encoding(tmp_path: Path, encoder: Encoder) -> None:
    report = import_into(tmp_path / "base", [ARTICLES], encoder)
    assert report.encoded == 0
    assert report.adopted > len(list(ARTICLES.glob("*.md")))


def test_kept_vectors_are_those_of_the_encoder(encoder: Encoder) -> None:
    vectors = kept.read(ARTICLES, encoder)
    texts = kept.texts_of(ARTICLES)[:12]
    made = kept.encode(encoder, texts)
    assert all(float(made[at] @ vectors[one.key]) > 0.998 for at, one in enumerate(texts))


def test_only_what_changed_is_encoded_again(tmp_path: Path, encoder: Encoder) -> None:
    folder = write_files(tmp_path / "texts", {"street-bench.md": ARTICLE})
    first = kept.write(folder, encoder, lambda done, of: None)
    write_files(folder, {"street-bench.md": ARTICLE.replace("不收费。", "免费。")})
    assert first == (12, 12)
    assert kept.write(folder, encoder, lambda done, of: None) == (1, 12)


def test_a_broken_file_says_how_to_make_it_anew(tmp_path: Path, encoder: Encoder) -> None:
    folder = write_files(tmp_path / "texts", {"street-bench.md": ARTICLE})
    (folder / kept.FILE).write_bytes(b"PK broken")
    with pytest.raises(BadVectors, match="knowledge cache"):
        import_into(tmp_path / "base", [folder], encoder)


def test_vectors_of_another_encoder_are_left_alone(tmp_path: Path, encoder: Encoder) -> None:
    shutil.copyfile(ARTICLES / kept.FILE, tmp_path / kept.FILE)
    with np.load(tmp_path / kept.FILE) as stored:
        np.savez(tmp_path / kept.FILE, **{**stored, "encoder": np.array("another")})
    assert kept.read(tmp_path, encoder) == {}
