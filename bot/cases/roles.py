"""Who can act on cases and conversations, and what each may do at the desk."""

from enum import StrEnum


class Role(StrEnum):
    """A kind of actor. `RESIDENT` and `CLOCK` have no account at the desk."""

    RESIDENT = "resident"
    AGENT = "agent"  # 坐席: hotline staff
    DISPATCHER = "dispatcher"  # 派单: sends cases to units, decides who is responsible
    HANDLER = "handler"  # 承办: works on cases for a unit
    GRID_WORKER = "grid_worker"  # 网格员: works on the cases of a grid
    EDITOR = "editor"  # 知识编辑: writes for the knowledge base
    REVIEWER = "reviewer"  # 知识审核: the second person
    SUPERVISOR = "supervisor"  # 班长/督办
    AUDITOR = "auditor"  # 审计: reads who did what, changes nothing
    ADMIN = "admin"  # 管理员
    CLOCK = "clock"


R = Role
_TALKERS = frozenset({R.AGENT, R.SUPERVISOR, R.ADMIN})
_CASE_WORKERS = _TALKERS | {R.DISPATCHER, R.HANDLER, R.GRID_WORKER}

#: What each role may do at the desk. The desk draws its menus from this table.
MAY: dict[str, frozenset[Role]] = {
    "see_queue": _TALKERS,
    "take_conversation": _TALKERS,
    "take_from_colleague": frozenset({R.SUPERVISOR, R.ADMIN}),
    "supervise": frozenset({R.SUPERVISOR, R.ADMIN}),  # watch, whisper, reassign
    "file_case": _TALKERS,
    "see_cases": _CASE_WORKERS | {R.AUDITOR},
    "move_case": _CASE_WORKERS,
    "reveal_personal_data": _TALKERS,
    "keep_replies": frozenset({R.SUPERVISOR, R.ADMIN}),  # canned replies and macros
    "see_knowledge": _TALKERS | {R.EDITOR, R.REVIEWER},
    "edit_knowledge": frozenset({R.EDITOR, R.REVIEWER, R.ADMIN}),
    "review_knowledge": frozenset({R.REVIEWER, R.ADMIN}),
    "suggest_knowledge": _TALKERS | {R.EDITOR, R.REVIEWER},  # a draft made of an answer; others write and review it
    "see_audit": frozenset({R.AUDITOR, R.ADMIN}),
    "manage_staff": frozenset({R.ADMIN}),
}
STAFF_ROLES = frozenset(Role) - {R.RESIDENT, R.CLOCK}


def may(role: Role, what: str) -> bool:
    """Whether `role` may do `what`; a name that is not in the table is a mistake and raises KeyError."""
    return role in MAY[what]
