"""Who can act on cases and conversations, and what each may do at the desk."""

from enum import StrEnum


class Role(StrEnum):
    """A kind of actor. `RESIDENT` and `CLOCK` have no account at the desk."""

    RESIDENT = "resident"
    AGENT = "agent"  # 坐席: hotline staff
    HANDLER = "handler"  # 承办: works on cases for a unit
    EDITOR = "editor"  # 知识编辑: writes for the knowledge base
    REVIEWER = "reviewer"  # 知识审核: the second person
    SUPERVISOR = "supervisor"  # 班长/督办
    ADMIN = "admin"  # 管理员
    CLOCK = "clock"


#: What each role may do at the desk. The desk draws its menus from this table.
MAY: dict[str, frozenset[Role]] = {
    "see_queue": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    "take_conversation": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    "take_from_colleague": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "file_case": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    "see_cases": frozenset({Role.AGENT, Role.HANDLER, Role.SUPERVISOR, Role.ADMIN}),
    "move_case": frozenset({Role.AGENT, Role.HANDLER, Role.SUPERVISOR, Role.ADMIN}),
    "reveal_personal_data": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    "see_knowledge": frozenset({Role.AGENT, Role.EDITOR, Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN}),
    "edit_knowledge": frozenset({Role.EDITOR, Role.REVIEWER, Role.ADMIN}),
    "review_knowledge": frozenset({Role.REVIEWER, Role.ADMIN}),
    "manage_staff": frozenset({Role.ADMIN}),
}
STAFF_ROLES = frozenset({Role.AGENT, Role.HANDLER, Role.EDITOR, Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN})


def may(role: Role, what: str) -> bool:
    """Whether `role` may do `what`; a name that is not in the table is a mistake and raises KeyError."""
    return role in MAY[what]
