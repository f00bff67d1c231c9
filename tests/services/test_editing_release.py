"""From a published version to what residents are answered: the real knowledge base, the real loops, the chat's own API."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.app import Services, build
from bot.channels.web import chat_router
from bot.channels.web_api import COOKIE, WRITE_HEADER
from bot.server import _loops_of
from bot.services.article_text import Part, read_text
from bot.services.calendar import SystemClock
from bot.services.editing_rows import local_day
from bot.services.views import StaffView, Utterance
from bot.worker.publications import Publications
from knowledge.answering import KnowledgeBase
from knowledge.encoder import Encoder, open_encoder
from knowledge.importing import import_into
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH, a_person, an_answer, changed, published, shipped_folder

QUESTION = "社区活动室怎么预约"
SECONDS = 5.0


class AsksPolicies:
    """A bot that takes every message for a policy question."""

    def __init__(self) -> None:
        self.services: Services | None = None

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        assert self.services
        return [Utterance(self.services.policies.ask(conversation_id, text, inbox_id=None).text)]

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder(Path("var/encoder"))


@pytest.fixture
def kept(services: Services, tmp_path: Path, encoder: Encoder) -> Iterator[Services]:
    """Services on a real knowledge base with a few statutes and one shipped article, and a bot that asks it."""
    shipped = shipped_folder(tmp_path / "articles")
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    import_into(services.settings.knowledge, [write_files(tmp_path / "statutes", statutes), shipped], encoder)
    bot = AsksPolicies()
    base = KnowledgeBase(services.settings.knowledge, encoder)
    built = build(services.settings, engine=bot, clock=SystemClock(), knowledge=base)  # type: ignore[arg-type]  # an honest bot
    bot.services = built
    for part in (built.editing, built.reviewing, built.library, built.releases):
        part.shipped.folder = shipped  # type: ignore[attr-defined]  # each has one
    yield built
    built.close()


@pytest.fixture
def zhao(kept: Services) -> StaffView:
    return a_person(kept, "赵磊", "editor")


@pytest.fixture
def qian(kept: Services) -> StaffView:
    return a_person(kept, "钱红", "reviewer")


def sweep(services: Services) -> int:
    return Publications(services.reviewing, services.releases, services.lexicon).once()


def answered_from(services: Services, question: str) -> str:
    return services.knowledge.ask(question).ranked[0].document


@contextmanager
def working(services: Services) -> Iterator[None]:
    """The worker's loops, as the service runs them."""
    loop = asyncio.new_event_loop()

    async def run() -> None:
        await asyncio.gather(*_loops_of(services, frozenset({"worker"}), []))

    def forever() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(run())
        stop.append(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    stop: list[Any] = []
    thread = threading.Thread(target=forever)
    thread.start()
    try:
        yield
    finally:
        stop[0]()
        thread.join()


def test_a_publication_reaches_a_question_in_the_chat_within_five_seconds(
    kept: Services, zhao: StaffView, qian: StaffView
) -> None:
    app = FastAPI()
    app.include_router(chat_router(kept))
    chat = TestClient(app, headers={WRITE_HEADER: "1"})
    chat.cookies.set(COOKIE, secrets.token_urlsafe(32), path="/chat")

    def ask(number: int) -> None:
        chat.post("/chat/api/messages", json={"client_id": f"question-{number:04d}", "text": QUESTION})

    def heard() -> str:
        return str([one["text"] for one in chat.get("/chat/api/history").json()["messages"] if one["sender"] != "resident"])

    kept.knowledge.warm_up()
    with working(kept):
        ask(0)
        until = time.monotonic() + SECONDS
        while len(bot_said(chat)) < 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert "三天" not in heard()
        published(kept, zhao, qian, an_answer(text="请提前三天到居民委员会登记，每次两小时。"))
        began, number = time.monotonic(), 1
        while "提前三天" not in heard() and time.monotonic() - began < SECONDS:
            ask(number)
            number += 1
            time.sleep(0.4)
        took = time.monotonic() - began
    assert "提前三天" in heard(), "the new text did not answer in five seconds"
    assert took <= SECONDS


def bot_said(chat: TestClient) -> list[str]:
    """What the bot has said."""
    return [one["text"] for one in chat.get("/chat/api/history").json()["messages"] if one["sender"] != "resident"]


def test_a_changed_shipped_article_answers_with_the_new_words_and_goes_back(
    kept: Services, zhao: StaffView, qian: StaffView, encoder: Encoder, tmp_path: Path
) -> None:
    article = read_text(kept.editing.shipped.text(BENCH) or "", "")
    parts = tuple(replace(part, text="十日内答复。") if part.heading == "办理时限" else part for part in article.parts)
    draft = kept.editing.start_edit(BENCH, zhao)
    draft = kept.editing.save(draft.id, draft.edition, replace(article, parts=parts), zhao)
    draft = kept.editing.hand_in(draft.id, draft.edition, zhao, "新时限")
    kept.reviewing.approve(draft.id, draft.edition, qian)
    assert sweep(kept) == 1 and sweep(kept) == 0
    assert "十日内" in kept.knowledge.ask("申请装长椅多久答复").text
    import_into(kept.settings.knowledge, [tmp_path / "articles"], encoder)  # the next start of the system
    sweep(kept)
    assert "十日内" in kept.knowledge.ask("申请装长椅多久答复").text
    kept.reviewing.restore(draft.document_id, 1, qian, "改错了")
    sweep(kept)
    assert "十五日内" in kept.knowledge.ask("申请装长椅多久答复").text


def test_a_passage_that_is_switched_off_is_not_quoted(kept: Services, zhao: StaffView, qian: StaffView) -> None:
    two = an_answer(parts=(Part("怎么预约", "提前三天登记。"), Part("收费", "每小时五百元。", on=False)))
    draft = published(kept, zhao, qian, two)
    sweep(kept)
    ranked = kept.knowledge.ask("活动室收费吗每小时多少钱").ranked
    assert (draft.path, "收费") not in {(hit.document, hit.article) for hit in ranked}
    assert (draft.path, "怎么预约") in {(hit.document, hit.article) for hit in ranked}


def test_what_is_withdrawn_answers_nobody_until_it_is_brought_back(kept: Services, qian: StaffView) -> None:
    document = kept.reviewing.adopt(BENCH, qian)
    assert answered_from(kept, "想申请一张长椅") == BENCH
    kept.reviewing.withdraw(document.id, qian, "错得厉害")
    sweep(kept)
    assert BENCH not in {hit.document for hit in kept.knowledge.ask("想申请一张长椅").ranked}
    assert kept.editing.document(document.id).applied
    kept.reviewing.bring_back(document.id, qian, "查过了")
    sweep(kept)
    assert answered_from(kept, "想申请一张长椅") == BENCH


def test_what_is_over_answers_no_more(kept: Services, zhao: StaffView, qian: StaffView) -> None:
    draft = published(kept, zhao, qian, an_answer(valid_to=local_day(kept.clock.now())))
    sweep(kept)
    assert draft.path in {hit.document for hit in kept.knowledge.ask(QUESTION).ranked}
    before = kept.clock.now()
    kept.releases.clock = Later(before)
    sweep(kept)
    assert draft.path not in {hit.document for hit in kept.knowledge.ask(QUESTION).ranked}


class Later:
    """The clock two days on."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment + timedelta(days=2)


def test_a_lost_knowledge_base_is_filled_again_from_the_tables(
    kept: Services, zhao: StaffView, qian: StaffView, encoder: Encoder, tmp_path: Path
) -> None:
    draft = published(kept, zhao, qian)
    sweep(kept)
    other = tmp_path / "other"
    import_into(other, [tmp_path / "statutes"], encoder)
    kept.releases.folder = other
    assert sweep(kept) == 1
    assert KnowledgeBase(other, encoder).ask(QUESTION).ranked[0].document == draft.path


def test_two_sweeps_side_by_side_do_no_harm(kept: Services, zhao: StaffView, qian: StaffView) -> None:
    draft = published(kept, zhao, qian)
    threads = [threading.Thread(target=sweep, args=(kept,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(kept)
    assert kept.editing.document(draft.document_id).applied
    assert answered_from(kept, QUESTION) == draft.path


def test_a_changed_title_of_a_shipped_article_is_one_document_still(kept: Services, zhao: StaffView, qian: StaffView) -> None:
    draft = changed(kept, BENCH, zhao, title="楼下长椅怎么装")
    draft = kept.editing.hand_in(draft.id, draft.edition, zhao, "短一点")
    kept.reviewing.approve(draft.id, draft.edition, qian)
    sweep(kept)
    titles = [hit.title for hit in kept.knowledge.ask("想申请一张长椅").ranked if hit.document == BENCH]
    assert set(titles) == {"楼下长椅怎么装"}
