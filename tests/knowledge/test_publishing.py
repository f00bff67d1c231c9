"""Publications from the admin pages: all or nothing, at once, and only the shelf that changed is built."""

from __future__ import annotations

import threading
from pathlib import Path

import bm25s
import numpy as np
import pytest

from knowledge import importing, publishing
from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder
from knowledge.errors import BadFile, Busy, KnowledgeError
from knowledge.importing import import_into, publish, withdraw
from knowledge.lexical import K1, B, Postings, Words
from knowledge.locks import importing as other_import
from knowledge.store import Store
from knowledge.tables import OWN, STATUTES
from knowledge.text import even, words
from tests.knowledge.samples import ARTICLE, FILES, write_files

KITES = ARTICLE.replace("street-bench", "kites").replace("申请在楼下装长椅", "放风筝的规定").replace("长椅", "风筝")
KITES = KITES.replace("楼下能不能装个凳子", "风筝能放多高").replace("老人没地方坐怎么办", "哪里可以放风筝")


@pytest.fixture
def folder(tmp_path: Path, encoder: Encoder) -> Path:
    """A base over the sample texts, imported from files."""
    import_into(tmp_path / "base", [write_files(tmp_path / "texts", FILES)], encoder)
    return tmp_path / "base"


def _parts(folder: Path) -> dict[str, publishing.Part]:
    store = Store(folder)
    generation = publishing.current(store)
    store.close()
    assert generation is not None
    return generation.shelves


def _first(base: KnowledgeBase, question: str) -> str:
    return base.ask(question).ranked[0].document


def test_an_article_answers_at_the_next_question_and_statutes_are_not_built_again(folder: Path, encoder: Encoder) -> None:
    base, before = KnowledgeBase(folder, encoder), _parts(folder)
    assert _first(base, "风筝能放多高") != "kites.md"
    loaded = base.index()
    report = publish(folder, [("kites.md", KITES.encode())], encoder)
    assert (report.changed, report.encoded > 0) == (1, True)
    assert _first(base, "风筝能放多高") == "kites.md"
    assert _parts(folder)[STATUTES] == before[STATUTES]
    assert _parts(folder)[OWN] != before[OWN]
    assert base.index().shelves[STATUTES] is loaded.shelves[STATUTES], "what has not changed stays in memory"
    assert publish(folder, [("kites.md", KITES.encode())], encoder).unchanged == 1


def test_readers_meet_a_text_only_with_its_meaning(folder: Path, encoder: Encoder) -> None:
    base = KnowledgeBase(folder, encoder)
    stop, halves = threading.Event(), []

    def keep_looking() -> None:
        while not stop.is_set():
            index = base.index()
            if not index.encoded.all():
                halves.append(index.generation.generation)

    reader = threading.Thread(target=keep_looking)
    reader.start()
    for n in range(5):
        publish(folder, [("kites.md", KITES.replace("十五日内", f"{n + 20}日内").encode())], encoder)
        assert f"{n + 20}日内" in "".join(one.text for one in _sections(base, "kites.md"))
    stop.set()
    reader.join()
    assert not halves


def _sections(base: KnowledgeBase, document: str) -> list:  # type: ignore[type-arg]
    index, store = base.index(), Store(base.folder)
    found = [one for one in store.passages([int(i) for i in index.passages]).values() if one.document == document]
    store.close()
    return found


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        pytest.param([("kites.md", KITES.encode()), ("空.md", b"")], "空的", id="one of two is empty"),
        pytest.param([("kites.md", KITES.encode()), ("kites.md", b"x")], "重复", id="a path twice"),
        pytest.param([("kites.md", bytes(range(128, 256)))], "UTF-8", id="wrong encoding"),
    ],
)
def test_a_publication_is_whole_or_not_at_all(
    folder: Path, encoder: Encoder, documents: list[tuple[str, bytes]], said: str
) -> None:
    before = _parts(folder)
    with pytest.raises(KnowledgeError, match=said):
        publish(folder, documents, encoder)
    assert _parts(folder) == before


def test_a_build_that_fails_leaves_texts_and_index_as_they_were(
    folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _parts(folder)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Postings, "save", no_space)
        with pytest.raises(OSError, match="No space"):
            publish(folder, [("kites.md", KITES.encode())], encoder)
    assert _parts(folder) == before
    store = Store(folder)
    assert "kites.md" not in store.known()
    store.close()
    assert publish(folder, [("kites.md", KITES.encode())], encoder).changed == 1


def test_what_the_admin_pages_publish_or_withdraw_no_import_of_files_changes(
    tmp_path: Path, folder: Path, encoder: Encoder
) -> None:
    base, texts = KnowledgeBase(folder, encoder), tmp_path / "texts"
    publish(
        folder, [("street-bench.md", ARTICLE.replace("公示七天", "公示九天").encode()), ("kites.md", KITES.encode())], encoder
    )
    assert import_into(folder, [texts], encoder).kept == 1
    assert "九天" in "".join(one.text for one in _sections(base, "street-bench.md"))
    quoted = _sections(base, "street-bench.md")[0]
    assert withdraw(folder, ["street-bench.md", "kites.md"], encoder).retired == 2
    import_into(folder, [texts], encoder)
    assert not _sections(base, "street-bench.md")
    assert base.passage(quoted.version) is not None
    assert withdraw(folder, ["kites.md"], encoder).retired == 0
    publish(folder, [("street-bench.md", ARTICLE.encode())], encoder)
    assert _first(base, "楼下能不能装个凳子") == "street-bench.md"


def test_withdrawing_what_was_never_there_changes_nothing(folder: Path, encoder: Encoder) -> None:
    with pytest.raises(KnowledgeError, match=r"没有：nowhere\.md"):
        withdraw(folder, ["street-bench.md", "nowhere.md"], encoder)
    store = Store(folder)
    assert store.known()["street-bench.md"].current
    store.close()


def test_the_last_text_can_be_withdrawn(tmp_path: Path, encoder: Encoder) -> None:
    publish(tmp_path / "base", [("kites.md", KITES.encode())], encoder)
    base = KnowledgeBase(tmp_path / "base", encoder)
    assert _first(base, "风筝能放多高") == "kites.md"
    withdraw(tmp_path / "base", ["kites.md"], encoder)
    assert base.ask("风筝能放多高").status == "abstained"


def test_an_article_need_not_wait_for_an_import_that_encodes(folder: Path, encoder: Encoder) -> None:
    with other_import(folder):
        with pytest.raises(Busy, match="另一个导入"):
            import_into(folder, [folder.parent / "texts"], encoder)
        assert publish(folder, [("kites.md", KITES.encode())], encoder).changed == 1


def test_many_texts_answer_by_words_before_they_are_encoded(
    folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 3)
    base, seen = KnowledgeBase(folder, encoder), []
    publish(folder, [("kites.md", KITES.encode())], encoder, progress=lambda *_: seen.append(bool(base.index().encoded.all())))
    assert False in seen
    assert base.index().encoded.all()


def test_another_encoder_is_refused(folder: Path) -> None:
    from knowledge.encoder import ModelEncoder

    with pytest.raises(KnowledgeError, match="重新导入"):
        publish(folder, [("kites.md", KITES.encode())], ModelEncoder("another"))


def test_a_broken_text_is_named(folder: Path, encoder: Encoder) -> None:
    with pytest.raises(BadFile, match=r"kites\.md"):
        publish(folder, [("kites.md", b"---\nid: x\n")], encoder)


@pytest.mark.parametrize("cut", [0, 1, 17, 40])
def test_shelves_score_as_one_index_would(cut: int) -> None:
    texts = [words(even(line)) for text in FILES.values() for line in text.split("\n") if line.strip()][:60]
    shelves = Words([Postings.of(texts[:cut]), Postings.of(texts[cut:])])
    whole = bm25s.BM25(k1=K1, b=B)
    whole.index(texts, show_progress=False)
    for question in ("遛狗不牵绳罚款多少", "旧书旧书卖给谁", "饮水站多久检测一次水质"):
        known = [word for word in words(even(question)) if word in shelves]
        np.testing.assert_allclose(shelves.scores(known), whole.get_scores(known), rtol=1e-5)


@pytest.mark.parametrize(
    "old",
    [
        pytest.param([0, 1, 2, -1, 3], id="one between"),
        pytest.param([3, -1, -1, 0], id="another order, some gone"),
        pytest.param([2, 2, 2], id="one text thrice"),
        pytest.param([-1, -1], id="all new"),
        pytest.param([], id="nothing left"),
    ],
)
def test_words_taken_over_are_those_counted_anew(old: list[int]) -> None:
    before = [["狗", "罚款", "狗"], ["旧书"], [], ["水质", "罚款"]]
    fresh = [["风筝", "罚款"], ["狗", "水质"]][: old.count(-1)]
    waiting = iter(fresh)
    wanted = Postings.of([before[at] if at >= 0 else next(waiting) for at in old])
    made = Postings.of(before).rearranged(np.array(old, dtype=np.int64), Postings.of(fresh))
    assert set(made.vocabulary) == set(wanted.vocabulary)
    assert made.lengths.tolist() == wanted.lengths.tolist()
    for word in wanted.vocabulary:
        for name in ("passages", "counts"):
            assert getattr(made, name)[made.span(word)].tolist() == getattr(wanted, name)[wanted.span(word)].tolist()
