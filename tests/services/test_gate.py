"""Golden questions before a publication: what a draft changes is shown and accepted one by one, or it waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases.errors import NotPermitted
from bot.services.checking import Checking
from bot.services.gate import NotWaiting, OwnDraftAnswers
from bot.services.golden import Golden
from bot.worker.publications import Publications
from knowledge.answering import KnowledgeBase
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from tests.knowledge.samples import ARTICLE, FILES, write_files
from tests.services.editing_world import BENCH, a_person, an_answer, changed, shipped_folder, written

QUESTION, STOCKS = "在楼下装长椅要带什么材料", "今天股市会涨吗"
BETTER = ARTICLE.replace("身份证和一张位置草图。", "身份证、位置草图和邻居签名。")


@pytest.fixture(scope="module")
def encoder():
    return open_encoder(Path("var/encoder"))


@pytest.fixture
def chief(both_services):
    return a_person(both_services, "赵主任", "admin")


@pytest.fixture
def world(both_services, tmp_path, encoder, chief):
    """Services on a real base with one golden question that the shipped article answers and one that nothing may."""
    services, shipped = both_services, shipped_folder(tmp_path / "articles")
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    folder = services.settings.knowledge
    import_into(folder, [write_files(tmp_path / "statutes", statutes), shipped], encoder)
    base = KnowledgeBase(folder, encoder)
    for part in (services.editing, services.reviewing, services.library, services.releases):
        part.shipped.folder = shipped
    services.releases.encoder = lambda: encoder
    services.checking.knowledge = services.golden.knowledge = base
    golden: Golden = services.golden
    [cited, *_] = golden.try_out(QUESTION, "", None).answer.citations
    golden.keep(QUESTION, "", None, cited.version, chief)
    golden.keep(STOCKS, "", None, "abstained", chief)
    return services


@pytest.fixture
def zhao(world):
    return a_person(world, "赵磊", "editor")


@pytest.fixture
def qian(world):
    return a_person(world, "钱红", "reviewer")


def sweep(world) -> None:
    """What the worker's two loops do, until nothing is left."""
    while world.checking.once():
        pass
    Publications(world.reviewing, world.releases, world.lexicon).once()


def a_change(world, by, text="身份证、位置草图和邻居签名。"):
    """A draft of the bench's article with other materials, handed in."""
    article = world.library.text(BENCH)
    draft = world.editing.start_edit(BENCH, by)
    parts = tuple(
        part if part.heading != "申请材料" else type(part)(part.heading, text, part.on) for part in draft.article.parts
    )
    assert article
    draft = changed(world, BENCH, by, parts=parts)
    return world.editing.hand_in(draft.id, draft.edition, by, "新规定")


def state(world, draft) -> str:
    return world.editing.draft(draft.id).state


def told(world) -> str:
    return world.checking.knowledge.ask(QUESTION).text


def test_what_changes_no_golden_answer_is_published_at_once(world, zhao, qian):
    draft = written(world, zhao)
    draft = world.editing.hand_in(draft.id, draft.edition, zhao, "新规定")
    assert world.reviewing.approve(draft.id, draft.edition, qian).state == "approved", "the golden questions come first"
    assert world.gate.view(draft.id).state == "waiting"
    sweep(world)
    assert state(world, draft) == "published"
    assert world.checking.knowledge.ask("社区活动室怎么预约").ranked[0].document.startswith("admin/")


def test_a_changed_answer_reaches_nobody_before_it_is_accepted(world, zhao, qian):
    draft = a_change(world, zhao)
    world.reviewing.approve(draft.id, draft.edition, qian)
    sweep(world)
    view = world.gate.view(draft.id)
    assert (state(world, draft), view.state, view.left) == ("approved", "changed", 1)
    [change] = view.changes
    assert change.question == QUESTION and "邻居签名" not in told(world)
    assert "位置草图" in change.before["passages"][0]["quote"] and "邻居签名" in change.after["passages"][0]["quote"]
    assert world.gate.decide(change.id, "accepted", qian) == draft.id
    sweep(world)
    assert state(world, draft) == "published" and "邻居签名" in told(world)
    assert all(one.passed for one in world.golden.list(ask=True)), "what was accepted is expected from now on"


def test_a_refused_answer_goes_back_to_its_author(world, zhao, qian):
    draft = a_change(world, zhao)
    edition = world.reviewing.approve(draft.id, draft.edition, qian).edition
    sweep(world)
    world.gate.decide(world.gate.view(draft.id).changes[0].id, "refused", qian)
    sweep(world)
    assert state(world, draft) == "approved" and world.gate.view(draft.id).refused == 1
    assert world.reviewing.reject(draft.id, edition, qian, "邻居签名不用").state == "rejected"
    with pytest.raises(NotWaiting):
        world.gate.decide(1, "accepted", qian)
    again = a_change(world, zhao, "身份证和一张位置草图。")
    world.reviewing.approve(again.id, again.edition, qian)
    sweep(world)
    assert state(world, again) == "published", "the golden answer is the old one again"


def test_a_planned_publication_is_asked_about_early_and_waits_at_its_hour(world, zhao, qian):
    draft = a_change(world, zhao)
    at = world.clock.now() + timedelta(days=2)
    world.reviewing.approve(draft.id, draft.edition, qian, publish_at=at)
    sweep(world)
    assert world.gate.view(draft.id).left == 1, "there is time to decide before the hour"
    world.clock.move(days=3)
    sweep(world)
    assert state(world, draft) == "approved"
    [line] = [line for line in world.library.lines() if line.draft_id == draft.id]
    assert line.stopped == 1 and "stopped" in line.states
    world.gate.decide(world.gate.view(draft.id).changes[0].id, "accepted", qian)
    sweep(world)
    assert state(world, draft) == "published"


def test_an_accepted_answer_stands_although_the_base_has_changed_meanwhile(world, zhao, qian):
    draft = a_change(world, zhao)
    world.reviewing.approve(draft.id, draft.edition, qian, publish_at=world.clock.now() + timedelta(days=2))
    sweep(world)
    world.gate.decide(world.gate.view(draft.id).changes[0].id, "accepted", qian)
    other = written(world, zhao)
    other = world.editing.hand_in(other.id, other.edition, zhao, "新规定")
    world.reviewing.approve(other.id, other.edition, qian)
    sweep(world)
    world.clock.move(days=3)
    sweep(world)
    assert [state(world, one) for one in (draft, other)] == ["published", "published"]


def test_of_several_drafts_only_those_that_change_an_answer_wait(world, zhao, qian):
    bench, other = a_change(world, zhao), written(world, zhao, an_answer("社区图书角几点开门", "每天九点开门。"))
    other = world.editing.hand_in(other.id, other.edition, zhao, "新规定")
    for draft in (bench, other):
        world.reviewing.approve(draft.id, draft.edition, qian)
    sweep(world)
    assert (state(world, bench), state(world, other)) == ("approved", "published")


def test_nobody_accepts_what_their_own_draft_changes(world, zhao, qian, chief):
    draft = a_change(world, chief)
    world.reviewing.approve(draft.id, draft.edition, qian)
    sweep(world)
    change = world.gate.view(draft.id).changes[0].id
    with pytest.raises(OwnDraftAnswers):
        world.gate.decide(change, "accepted", chief)
    with pytest.raises(NotPermitted):
        world.gate.decide(change, "accepted", zhao)


def test_a_killed_check_is_done_again_and_a_failed_one_after_a_minute(world, zhao, qian, monkeypatch):
    draft = a_change(world, zhao)
    world.reviewing.approve(draft.id, draft.edition, qian)
    checking: Checking = world.checking
    with pytest.raises(KeyboardInterrupt), monkeypatch.context() as killed:
        killed.setattr(Checking, "_compare", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        checking.once()
    assert world.gate.view(draft.id).state == "running"
    with monkeypatch.context() as full:
        full.setattr(Checking, "_compare", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        assert checking.once() == 0
    assert world.gate.view(draft.id).state == "failed" and "磁盘" in world.gate.view(draft.id).reason
    assert checking.once() == 0
    world.clock.move(seconds=61)
    assert checking.once() == 1 and world.gate.view(draft.id).left == 1
