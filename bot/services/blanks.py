"""Blanks of canned replies and macros, `{工单号}` and the like, filled from a conversation and its newest case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.cases.errors import Invalid
from bot.services.calendar import say_time
from bot.services.views import CaseView, ConversationView, StaffView

BLANK = re.compile(r"\{([^{}\n]{1,20})\}")
#: Every blank there is; the admin page lists them.
BLANKS = ("居民", "坐席", "工单号", "工单状态", "分类", "责任单位", "联系时限", "办理时限", "地点")


@dataclass(frozen=True)
class Filled:
    """A text with its blanks filled; `missing` are those nothing is known for, left as 【…】 for the person to see."""

    text: str
    missing: tuple[str, ...]


def facts_of(conversation: ConversationView, case: CaseView | None, staff: StaffView) -> dict[str, str]:
    """What can be filled in, by blank; only what is known."""
    known = {"居民": "您", "坐席": staff.name}
    if case is None:
        return known
    return known | {
        "工单号": case.number, "工单状态": case.status_label, "分类": case.category, "责任单位": case.unit,
        "联系时限": say_time(case.contact_due), "办理时限": say_time(case.resolve_due), "地点": case.location,
    }  # fmt: skip


def fill(text: str, facts: Mapping[str, str]) -> Filled:
    """`text` with every blank filled that is known."""
    wanted = BLANK.findall(text)
    missing = tuple(dict.fromkeys(name for name in wanted if not facts.get(name)))
    return Filled(BLANK.sub(lambda found: facts.get(found[1]) or f"【{found[1]}】", text), missing)


def check(text: str) -> None:
    """Refuse a text with a blank that nothing can ever fill. Raises Invalid(blank)."""
    unknown = [name for name in BLANK.findall(text) if name not in BLANKS]
    if unknown:
        raise Invalid("blank", name=unknown[0], known="、".join(BLANKS))
