"""The way of a draft to publication, as one table: draft → handed in → approved → published, or back."""

from __future__ import annotations

from enum import StrEnum

from bot.cases.errors import Refused


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"  # 草稿
    HANDED_IN = "handed_in"  # 待审核
    REJECTED = "rejected"  # 已退回
    APPROVED = "approved"  # 已通过，等着发布
    PUBLISHED = "published"  # 已发布
    DISCARDED = "discarded"  # 已放弃


#: What may be done to a draft in which state, and where it leads. What is not here is refused.
MOVES: dict[tuple[DraftState, str], DraftState] = {
    (DraftState.DRAFT, "save"): DraftState.DRAFT,
    (DraftState.REJECTED, "save"): DraftState.DRAFT,
    (DraftState.DRAFT, "hand_in"): DraftState.HANDED_IN,
    (DraftState.REJECTED, "hand_in"): DraftState.HANDED_IN,
    (DraftState.HANDED_IN, "take_back"): DraftState.DRAFT,
    (DraftState.APPROVED, "take_back"): DraftState.DRAFT,
    (DraftState.HANDED_IN, "approve"): DraftState.APPROVED,
    (DraftState.HANDED_IN, "reject"): DraftState.REJECTED,
    (DraftState.APPROVED, "reject"): DraftState.REJECTED,
    (DraftState.APPROVED, "publish"): DraftState.PUBLISHED,
    (DraftState.DRAFT, "discard"): DraftState.DISCARDED,
    (DraftState.REJECTED, "discard"): DraftState.DISCARDED,
}
ENDED = frozenset({DraftState.PUBLISHED, DraftState.DISCARDED})


class WrongDraftState(Refused):
    """The draft stands elsewhere by now; `facts['state']` is where, in Chinese."""

    code = "draft_state"


#: In the words of the sentence that refuses.
SAID = {
    DraftState.DRAFT: "还在写，没有提交审核", DraftState.HANDED_IN: "正在等审核", DraftState.REJECTED: "已退回，要先修改再提交",
    DraftState.APPROVED: "已通过审核，等着发布", DraftState.PUBLISHED: "已经发布", DraftState.DISCARDED: "已经放弃",
}  # fmt: skip


def moved(state: str, act: str) -> DraftState:
    """The state after an act. Raises WrongDraftState."""
    here = DraftState(state)
    after = MOVES.get((here, act))
    if after is None:
        raise WrongDraftState(state=SAID[here])
    return after


def allows(state: str, act: str) -> bool:
    """Whether the table has this act in this state."""
    return (DraftState(state), act) in MOVES
