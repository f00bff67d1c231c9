"""How often what was quoted, statutes included; taking back what a statute was quoted for; last days that are gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.cases.errors import NotFound
from knowledge.answering import Answer, Citation
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from knowledge.store import Store
from tests.builders import said, write
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH, a_person, an_answer, shipped_folder, written

WATER = "行政法规/饮水站管理办法(2015-01-10).md"
FINE = "饮水站不公布水质检测结果罚多少钱"


@pytest.fixture(scope="module")
def encoder():
    return open_encoder(Path("var/encoder"))


@pytest.fixture
def world(both_services, tmp_path, encoder):
    """Services on a real base, whose residents are told what a test says."""
    services, shipped = both_services, shipped_folder(tmp_path / "articles")
    folder = services.settings.knowledge
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    import_into(folder, [write_files(tmp_path / "statutes", statutes), shipped], encoder)
    services.editing.shipped.folder = shipped
    return services


def passage(world, path, heading):
    """A passage of the real base."""
    store = Store(world.settings.knowledge)
    found = store.article_of(path, heading)
    store.close()
    return found


def ask(world, question, path, heading, address="li"):
    """A resident asks and is answered with a passage."""
    one, conversation = passage(world, path, heading), write(world, question, address=address)
    cited = Citation(path, heading, one.text, one.version, one.title, None, None, "全国", None)
    world.knowledge.answers[question] = Answer("answered", one.text, 0.9, (cited,), (), (), "", 1.0)
    world.policies.ask(conversation, question, inbox_id=None)
    return conversation


def quotes(world, path):
    with world.database.reading() as work:
        return world.library.quoted.by_document(work).get(path)


def test_quotations_are_counted_by_document_with_the_last_one(world):
    assert quotes(world, BENCH) is None
    ask(world, "装长椅要带什么", BENCH, "申请材料")
    first = quotes(world, BENCH)
    world.clock.move(hours=1)
    ask(world, "装长椅找谁", BENCH, "办理地点", "wang")
    second = quotes(world, BENCH)
    assert (first.count, second.count, second.last_at) == (1, 2, world.clock.now())
    [line] = [line for line in world.library.lines() if line.path == BENCH]
    assert line.quotes == second


def test_a_statute_is_counted_and_taken_back_like_an_own_text(world):
    zhao, qian = a_person(world, "赵磊", "editor"), a_person(world, "钱红", "reviewer")
    assert not world.recalls.is_quoted(WATER)
    with pytest.raises(NotFound):
        world.recalls.look(WATER, 0)
    conversation = ask(world, FINE, WATER, "第三条")
    [line] = world.library.statutes("饮水站")[0]
    assert line.quotes.count == 1 and world.recalls.is_quoted(WATER)
    look = world.recalls.look(WATER, 0)
    assert (look.is_statute, look.title, look.residents, look.answers) == (True, "饮水站管理办法", 1, True)
    told = [one for one in look.passages if one.residents]
    assert "第三条" in {one.heading for one in told} and look.samples[0][1] == FINE
    recall = world.recalls.propose(WATER, 0, [one.version for one in told], "这件事归水务站管。", zhao)
    assert recall.is_statute and world.recalls.confirm(recall.id, qian).residents == 1
    assert world.recalls.once() == 1
    assert any("这件事归水务站管。" in line for line in said(world, conversation))
    with pytest.raises(NotFound):
        world.recalls.look(WATER, 1)


@pytest.mark.parametrize(
    ("ends", "what"),
    [(None, ""), (date(2026, 11, 22), "expired"), (date(2026, 11, 23), "expiring"), (date(2026, 12, 20), "expiring"),
     (date(2027, 6, 1), "")],
)  # fmt: skip
def test_a_last_day_that_is_near_or_gone_is_said(world, ends, what):
    assert world.library.ending(an_answer(valid_to=ends)) == what


def test_a_draft_that_would_answer_nobody_is_said_where_it_is_reviewed(world):
    zhao = a_person(world, "赵磊", "editor")
    draft = written(world, zhao, an_answer(valid_to=date(2026, 11, 1)))
    draft = world.editing.hand_in(draft.id, draft.edition, zhao, "旧的")
    assert [world.library.ending(one.article) for one in world.editing.waiting()] == ["expired"]
