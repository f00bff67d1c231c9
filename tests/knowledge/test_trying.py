"""A base as it would be: it answers from what is tried, the real one goes on as before, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder
from knowledge.errors import BadFile, Busy, NotBuilt
from knowledge.importing import import_into, publish
from knowledge.tables import STATUTES
from knowledge.trying import TRIAL, generation_of, trial
from tests.knowledge.samples import ARTICLE, FILES, write_files

BENCH = "street-bench.md"
KITES = ARTICLE.replace("street-bench", "kites").replace("申请在楼下装长椅", "放风筝的规定").replace("长椅", "风筝")
KITES = KITES.replace("楼下能不能装个凳子", "风筝能放多高").replace("老人没地方坐怎么办", "哪里可以放风筝")


@pytest.fixture
def base(tmp_path: Path, encoder: Encoder) -> KnowledgeBase:
    import_into(tmp_path / "base", [write_files(tmp_path / "texts", FILES)], encoder)
    return KnowledgeBase(tmp_path / "base", encoder)


def first(base: KnowledgeBase, question: str) -> str:
    return base.ask(question).ranked[0].document


def test_a_trial_answers_from_what_is_tried_and_the_real_base_does_not(base: KnowledgeBase) -> None:
    before = generation_of(base.folder)
    with trial(base, [("kites.md", KITES.encode())]) as tried:
        assert first(tried, "风筝能放多高") == "kites.md"
        assert first(base, "风筝能放多高") != "kites.md"
        assert tried.index().shelves[STATUTES] is base.index().shelves[STATUTES], "147,000 passages are in memory once"
    assert generation_of(base.folder) == before
    assert not (base.folder / TRIAL).exists()


def test_what_would_be_taken_back_does_not_answer(base: KnowledgeBase) -> None:
    with trial(base, [], [BENCH]) as tried:
        assert BENCH not in {one.document for one in tried.ask("楼下能不能装个凳子").ranked}
    assert first(base, "楼下能不能装个凳子") == BENCH


def test_a_publication_meanwhile_is_not_disturbed(base: KnowledgeBase, encoder: Encoder) -> None:
    with trial(base, [("kites.md", KITES.encode())]) as tried:
        publish(
            base.folder, [("other.md", KITES.replace("风筝", "孔明灯").replace("id: kites", "id: other").encode())], encoder
        )
        assert first(tried, "风筝能放多高") == "kites.md"
    assert first(base, "孔明灯能放多高") == "other.md"
    with trial(base, [("kites.md", KITES.encode())]) as tried:
        assert {first(tried, "风筝能放多高"), first(tried, "孔明灯能放多高")} == {"kites.md", "other.md"}


def test_one_trial_at_a_time_and_what_a_killed_one_left_is_swept_away(base: KnowledgeBase) -> None:
    (base.folder / TRIAL / "index").mkdir(parents=True)
    with trial(base, [("kites.md", KITES.encode())]), pytest.raises(Busy), trial(base, []):
        pass
    with trial(base, []) as tried:
        assert first(tried, "楼下能不能装个凳子") == BENCH


def test_what_cannot_be_tried_is_refused_and_leaves_nothing(base: KnowledgeBase, tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(BadFile), trial(base, [("bad.md", b"\xff\xfe\x00")]):
        pass
    assert not (base.folder / TRIAL).exists()
    (tmp_path / "texts" / BENCH).touch()
    (base.folder / "knowledge.db").rename(tmp_path / "gone.db")
    with pytest.raises(NotBuilt), trial(base, []):
        pass
