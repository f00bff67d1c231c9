"""People who write and review, and a small folder of shipped articles, for the tests of the knowledge base's desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.app import Services
from bot.services.article_text import ArticleText, Part, read_text
from bot.services.editing_views import DraftView
from bot.services.views import StaffView
from tests.knowledge.samples import ARTICLE

BENCH = "street-bench.md"


def shipped_folder(home: Path) -> Path:
    """A folder with one shipped article: 申请在楼下装长椅."""
    home.mkdir(parents=True, exist_ok=True)
    (home / BENCH).write_text(ARTICLE, encoding="utf-8")
    return home


def a_person(services: Services, name: str, role: str) -> StaffView:
    """An account whose login is made from the role and whose name is said."""
    return services.staff.add(f"{role}.{len(services.staff.list())}", name, role, "correct horse battery")


def an_answer(
    title: str = "社区活动室怎么预约", text: str = "提前三天到居民委员会登记，每次两小时。", **facts: object
) -> ArticleText:
    """A complete short text."""
    whole = ArticleText(
        id="x", title=title, kind="faq", category="公共设施", region="全国", issuer="阳光街道办事处",
        valid_from=date(2026, 1, 1), questions=("活动室可以借吗",), parts=(Part("怎么预约", text),),
    )  # fmt: skip
    return replace(whole, **facts)  # type: ignore[arg-type]  # names of fields


def written(services: Services, by: StaffView, article: ArticleText | None = None) -> DraftView:
    """A draft of a new text, saved."""
    draft = services.editing.start_new("faq", by)
    return services.editing.save(draft.id, draft.edition, article or an_answer(), by)


def published(services: Services, author: StaffView, reviewer: StaffView, article: ArticleText | None = None) -> DraftView:
    """A text that two people brought to publication."""
    draft = written(services, author, article)
    draft = services.editing.hand_in(draft.id, draft.edition, author, "新规定")
    return services.reviewing.approve(draft.id, draft.edition, reviewer)


def changed(services: Services, path: str, by: StaffView, **facts: object) -> DraftView:
    """A draft of an existing document with some fields changed, saved."""
    draft = services.editing.start_edit(path, by)
    return services.editing.save(draft.id, draft.edition, replace(read_text(draft.text, ""), **facts), by)  # type: ignore[arg-type]
