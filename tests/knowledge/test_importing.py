"""Imports: incremental, all or nothing, one writer, and able to go on after a kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder
from knowledge.errors import AnotherEdition, BadVectors, KnowledgeError, NotBuilt
from knowledge.importing import import_into
from knowledge.store import Store
from tests.knowledge.samples import FILES, statute, write_files

TWO = {name: FILES[name] for name in list(FILES)[:2]}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return write_files(tmp_path / "texts", TWO)


def test_unchanged_passages_are_not_encoded_again(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    first = import_into(tmp_path / "base", [texts], encoder)
    again = import_into(tmp_path / "base", [texts], encoder)
    changed = texts / next(iter(TWO))
    changed.write_text(changed.read_text("utf-8") + "\n第五条 饮水站夏天延长开放。\n", encoding="utf-8")
    third = import_into(tmp_path / "base", [texts], encoder)
    assert (first.changed, first.encoded) == (2, 6)
    assert (again.changed, again.unchanged, again.encoded) == (0, 2, 0)
    assert (third.changed, third.encoded) == (1, 1)


def test_a_file_that_is_gone_answers_no_more_but_its_quotations_stay(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    import_into(tmp_path / "base", [texts], encoder)
    base = KnowledgeBase(tmp_path / "base", encoder)
    quoted = base.ask("饮水站水质").ranked[0]
    (texts / quoted.document).unlink()
    assert import_into(tmp_path / "base", [texts], encoder).retired == 1
    assert quoted.document not in {hit.document for hit in base.ask("饮水站水质").ranked}
    assert base.passage(quoted.version) is not None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("空.md", b"", "空的", id="empty"),
        pytest.param("乱码.md", bytes(range(128, 256)), "UTF-8", id="wrong encoding"),
        pytest.param("文章.md", b"---\nid: x\n", "文章.md", id="broken article"),
    ],
)
def test_a_bad_file_is_named_and_the_others_go_on(
    tmp_path: Path, texts: Path, encoder: Encoder, name: str, content: bytes, said: str
) -> None:
    (texts / name).write_bytes(content)
    report = import_into(tmp_path / "base", [texts], encoder)
    assert report.changed == len(TWO)
    assert len(report.bad) == 1
    assert name in report.bad[0]
    assert said in report.bad[0]


def test_a_missing_folder_changes_nothing(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    import_into(tmp_path / "base", [texts], encoder)
    with pytest.raises(KnowledgeError, match="找不到"):
        import_into(tmp_path / "base", [texts, tmp_path / "nowhere"], encoder)
    store = Store(tmp_path / "base")
    assert store.counts()["documents"] == len(TWO)
    store.close()


def test_asking_before_any_import_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="python -m knowledge import"):
        KnowledgeBase.open(tmp_path / "nothing")


def test_an_import_killed_while_encoding_goes_on_where_it_stopped(tmp_path: Path, encoder: Encoder) -> None:
    body = "\n\n".join(f"第{n}条 第{n}号楼的居民每月{n}日领取{n}份报纸。" for n in range(1, 100))
    texts = write_files(tmp_path / "texts", {"报纸办法(2020-01-01).md": statute("报纸办法", body)})
    base, encoder_home = tmp_path / "base", Path("var/encoder").resolve()
    (tmp_path / "encoder").symlink_to(encoder_home, target_is_directory=True)
    script = (
        "import sys; from pathlib import Path; from knowledge import filling, importing; filling.CHUNK = 16;"
        "from knowledge.encoder import open_encoder;"
        "importing.import_into(Path(sys.argv[1]), [Path(sys.argv[2])], open_encoder(Path(sys.argv[3])))"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(base), str(texts), str(encoder_home)])
    _wait_for_vectors(base, child)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    done = _vectors(base)
    assert 0 < done < 99
    assert KnowledgeBase(base, encoder).ask("报纸几号领").ranked, "words answer while meaning is still encoded"
    report = import_into(base, [texts], encoder)
    assert report.encoded == 99 - done
    assert _vectors(base) == 99


def _vectors(base: Path) -> int:
    store = Store(base)
    count = store.counts()["vectors"]
    store.close()
    return count


def _wait_for_vectors(base: Path, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and child.poll() is None:
        if (base / "vectors.f16").is_file() and _vectors(base):
            return
        time.sleep(0.02)
    pytest.fail("the import encoded nothing in a minute")


def test_readers_see_a_new_build_at_once_and_never_a_half_one(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    import_into(tmp_path / "base", [texts], encoder)
    base = KnowledgeBase(tmp_path / "base", encoder)
    stop, failures = threading.Event(), []

    def keep_asking() -> None:
        while not stop.is_set():
            if not base.ask("饮水站水质检测").ranked:
                failures.append("an answer without passages")

    readers = [threading.Thread(target=keep_asking) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(3):
        write_files(texts, {f"新规{n}(2021-01-01).md": statute(f"新规{n}", f"第一条 风筝线长不得超过{n + 5}米。")})
        import_into(tmp_path / "base", [texts], encoder)
        assert "风筝" in str(base.passage(base.ask("风筝线能多长").ranked[0].version))
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures


def test_vectors_made_elsewhere_are_taken_by_file_and_article(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    made = tmp_path / "vectors"
    made.mkdir()
    (made / "my_index.tsv").write_text(f"{next(iter(TWO))}\t第二条\n别的.md\t第一条\n", encoding="utf-8")
    np.save(made / "my.npy", np.ones((2, encoder.width), dtype=np.float16))
    report = import_into(tmp_path / "base", [texts], encoder, vectors=made)
    assert (report.adopted, report.encoded) == (1, 5)


def test_vectors_of_another_count_are_refused(tmp_path: Path, texts: Path, encoder: Encoder) -> None:
    (tmp_path / "a_index.tsv").write_text("x.md\t第一条\n", encoding="utf-8")
    np.save(tmp_path / "a.npy", np.ones((2, 384), dtype=np.float16))
    with pytest.raises(BadVectors, match="两者应相同"):
        import_into(tmp_path / "base", [texts], encoder, vectors=tmp_path)


@pytest.mark.parametrize(
    ("names", "is_rebuilt"),
    [pytest.param(["street-bench.md"], True, id="own articles only"), pytest.param(list(FILES), False, id="statutes too")],
)
def test_a_base_of_another_edition_is_built_anew_or_says_what_to_do(
    tmp_path: Path, encoder: Encoder, names: list[str], is_rebuilt: bool
) -> None:
    texts = write_files(tmp_path / "texts", {name: FILES[name] for name in names})
    import_into(tmp_path / "base", [texts], encoder)
    connection = sqlite3.connect(tmp_path / "base" / "knowledge.db")
    connection.execute("PRAGMA user_version=1")
    connection.close()
    if is_rebuilt:
        assert import_into(tmp_path / "base", [texts], encoder).changed == len(names)
    else:
        with pytest.raises(AnotherEdition, match="删除"):
            import_into(tmp_path / "base", [texts], encoder)
