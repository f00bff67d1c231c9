"""The pages of taking answers back: what is shown, who may do what, and rubbish."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.desk.desk_world import DeskWorld, Operator
from tests.services.editing_world import BENCH, shipped_folder
from tests.services.test_recalls import corrections, told, version_of

PAGE = f"/admin/knowledge/recall?path={BENCH}&number=0"
RECALLS = "/admin/knowledge/recalls"
WORDS = "要提前五天登记。"


@pytest.fixture
def world(services: Any, tmp_path: Any) -> DeskWorld:
    services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    return DeskWorld(services)


@pytest.fixture
def zhao(world: DeskWorld) -> Operator:
    return world.operator("zhao.lei", "赵磊", "editor")


@pytest.fixture
def qian(world: DeskWorld) -> Operator:
    return world.operator("qian.hong", "钱红", "reviewer")


def written(world: DeskWorld, by: Operator) -> str:
    """A correction that waits; answers the conversation it is for."""
    version = version_of(world.services, BENCH, 0)
    conversation: str = told(world.services, version, question="楼下能装长椅吗")
    done = by.post("/admin/knowledge/recall", path=BENCH, number="0", picks=version, text=WORDS)
    assert done.status_code == 303 and done.headers["location"].startswith(RECALLS)
    return conversation


def test_one_writes_another_sends(world: DeskWorld, zhao: Operator, qian: Operator) -> None:
    conversation = written(world, zhao)
    own = zhao.get(RECALLS).text
    assert "等另一位同事核对后发出" in own and "核对无误，发出" not in own
    page = qian.get(RECALLS).text
    address = re.search(r'action="(/admin/knowledge/recalls/\d+/confirm)"', page)[1]  # type: ignore[index]
    assert "要发给 <b>1</b> 位居民" in page
    assert qian.post(address).status_code == 303
    world.services.recalls.once()
    assert len(corrections(world.services, conversation)) == 1
    assert "已写给 <b>1</b> 位" in zhao.get(RECALLS).text
    again = qian.post(address)
    assert again.status_code == 409 and "已经有同事处理过" in again.text


def test_what_was_typed_stays_when_it_is_refused(world: DeskWorld, zhao: Operator) -> None:
    told(world.services, version_of(world.services, BENCH, 0), question="楼下能装长椅吗")
    page = zhao.get(PAGE).text
    assert "<b>1</b> 位居民" in page and "楼下能装长椅吗" in page and "现在还在回答居民" in page
    refused = zhao.post("/admin/knowledge/recall", path=BENCH, number="0", text=WORDS)
    assert refused.status_code == 400 and WORDS in refused.text and "至少选一段" in refused.text


def test_the_author_cannot_post_the_confirmation_either(world: DeskWorld, qian: Operator) -> None:
    written(world, qian)
    refused = qian.post(f"{RECALLS}/1/confirm")
    assert refused.status_code == 409 and "不能自己写自己发" in refused.text
    assert qian.post(f"{RECALLS}/1/drop").status_code == 303
    assert "没有发" in qian.get(RECALLS).text


def test_who_may_not_write_sees_nothing(world: DeskWorld) -> None:
    agent = world.operator("wang.min", "王敏", "agent")
    assert [agent.get(path).status_code for path in (PAGE, RECALLS)] == [403, 403]
    assert agent.post(f"{RECALLS}/1/confirm").status_code == 403


@pytest.mark.parametrize("number", ["-1", "x", "²", "9" * 40, ""])
def test_rubbish_is_refused(zhao: Operator, number: str) -> None:
    assert zhao.post("/admin/knowledge/recall", path=BENCH, number=number, text=WORDS).status_code in (400, 404)
    assert zhao.get(f"/admin/knowledge/recall?path={BENCH}&number={number}").status_code in (400, 404, 422)
    assert zhao.post(f"{RECALLS}/99/confirm").status_code in (403, 404)


def test_without_the_sessions_token_nothing_is_kept(world: DeskWorld, zhao: Operator) -> None:
    version = version_of(world.services, BENCH, 0)
    told(world.services, version)
    sent = zhao.client.post("/admin/knowledge/recall", data={"path": BENCH, "number": "0", "picks": version, "text": WORDS})
    assert sent.status_code == 409 and world.services.recalls.list() == []
