"""Scripts played through the web channel: turns, photos and places, what came of them, and what a broken file says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.batch.replay import replay_file
from bot.launch.trouble import Trouble
from bot.services.views import Utterance
from bot.settings import Settings
from knowledge.store import Store
from tests.builders import a_report
from tests.channels.web_world import WebWorld
from tests.fakes import FakeBotEngine

LAMP = "阳光小区3号楼的路灯不亮三天了，电话13800138000"


class Clerk(FakeBotEngine):
    """Does what the actions would do, on three sentences; repeats everything else."""

    world: WebWorld

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        services = self.world.services
        if "路灯" in text:
            words = services.conversations.original(metadata["inbox_id"])
            case = services.cases.file(conversation_id, a_report(description=words), inbox_id=metadata["inbox_id"])
            return [Utterance(f"登记好了：{case.number}", did=("file_case",))]
        if text == "转人工":
            services.handoff.request(conversation_id, "asked", inbox_id=metadata["inbox_id"])
            return [Utterance("这就找人。", did=("handoff",))]
        if text == "我要报修":
            return [Utterance("什么坏了？"), Utterance("在哪里？", asked="location")]
        return super().reply(conversation_id, text, metadata, again=again)


@pytest.fixture
def world(tmp_path: Path) -> WebWorld:
    world = WebWorld(tmp_path)
    world.services.turns.engine = clerk = Clerk()
    clerk.world = world
    return world


@pytest.fixture
def settings(world: WebWorld) -> Iterator[Settings]:
    home = world.services.settings.var / "kb"
    Store(home, create=True).close()  # the player opens the knowledge base as `bot up` does, and asks it nothing
    with world.served() as address:
        yield world.services.settings.model_copy(update={"port": int(address.rpartition(":")[2]), "knowledge": home})


def replayed(folder: Path, settings: Settings, *scripts: list[str]) -> list[dict[str, Any]]:
    rows = [{"id": at, "turns": [{"user": words} for words in script]} for at, script in enumerate(scripts)]
    source, target = folder / "scripts.jsonl", folder / "replayed.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    assert replay_file(source, target, settings) == len(rows)
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def test_each_script_is_a_resident_of_their_own_and_says_what_came_of_it(tmp_path, settings):
    filed, asked, nothing = replayed(tmp_path, settings, [LAMP], ["转人工"], ["你好"])
    assert (filed["outcome"], filed["owner"], filed["turns"][0]["did"]) == ("case_filed", "bot", ["file_case"])
    assert (filed["case"]["kind"], filed["case"]["status"]) == ("report", "assigned")
    assert asked["outcome"] == "handed_off"
    assert (nothing["outcome"], nothing["case"], nothing["owner"]) == ("nothing", None, "bot")
    assert nothing["turns"] == [{"user": "你好", "bot": ["听到：你好"], "asked": None, "did": []}]


def test_a_case_is_told_in_clear_with_what_was_said(tmp_path, settings):
    (row,) = replayed(tmp_path, settings, [LAMP])
    assert "13800138000" in row["case"]["description"]
    assert row["case"]["location"] == "阳光小区3号楼"


def test_what_is_asked_is_written_down_turn_by_turn(tmp_path, settings):
    (row,) = replayed(tmp_path, settings, ["你好", "我要报修", "再见"])
    assert [turn["asked"] for turn in row["turns"]] == [None, "location", None]
    assert [turn["bot"] for turn in row["turns"]] == [["听到：你好"], ["什么坏了？", "在哪里？"], ["听到：再见"]]


def test_lines_of_one_turn_are_messages_in_a_row(tmp_path, settings, world):
    (row,) = replayed(tmp_path, settings, ["阳光小区\n6号楼\n\n[图片]\n[位置]"])
    assert row["turns"][0]["bot"][:2] == ["听到：阳光小区", "听到：6号楼"]
    assert [metadata["kind"] for _, _, metadata in world.services.turns.engine.heard] == ["text", "text", "photo", "location"]


def test_a_system_that_does_not_run_is_said_in_one_sentence(tmp_path, world):
    unused = world.services.settings.model_copy(update={"port": 9})
    with pytest.raises(Trouble, match="make run"):
        replay_file(tmp_path / "none.jsonl", tmp_path / "out.jsonl", unused)


@pytest.mark.parametrize(("line", "why"), [('{"id": 1}', "缺少"), ("{turns", "不是 JSON"), ("[]", "缺少")])
def test_a_broken_script_is_named_by_its_line(tmp_path, settings, line, why):
    source = tmp_path / "scripts.jsonl"
    source.write_text('{"id": 0, "turns": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(Trouble, match=f"第 2 行.*{why}"):
        replay_file(source, tmp_path / "out.jsonl", settings)
