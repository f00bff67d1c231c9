"""Everything that can be refused, and by what name the resident or staff member hears of it.

ServiceError
├── NotFound            not_found, no_such_case, no_such_conversation
├── Refused             the request is understood and not allowed
│   ├── MoveNotAllowed      move_not_allowed
│   ├── HandoffNotAllowed   handoff_not_allowed
│   ├── AlreadyTaken        already_taken
│   ├── NotOwner            not_owner
│   ├── NotPermitted        not_permitted
│   └── TooSoon             too_soon
├── Invalid             invalid_<field>: what was given cannot be right
└── Unavailable         engine_down, index_missing: try later

Each `code` has one sentence `error_<code>` in data/district/texts.csv, for residents and staff alike.
Anything else that escapes is a bug: it is logged with its traceback and the resident is offered a person.
"""


class ServiceError(Exception):
    """Base of all refusals. `code` names the sentence; `facts` fill its blanks."""

    code = "unexpected"

    def __init__(self, message: str = "", **facts: str) -> None:
        super().__init__(message or self.code)
        self.facts = facts


class NotFound(ServiceError):
    """The thing does not exist, or not for this person: strangers learn no difference."""

    code = "not_found"


class NoSuchCase(NotFound):
    """No case of this number belongs to this resident."""

    code = "no_such_case"


class NoSuchConversation(NotFound):
    """No conversation has this id."""

    code = "no_such_conversation"


class Refused(ServiceError):
    """Understood, and not allowed now."""

    code = "refused"


class MoveNotAllowed(Refused):
    """A case cannot make this move, or this role cannot make it."""

    code = "move_not_allowed"


class HandoffNotAllowed(Refused):
    """A conversation cannot change hands like this where it stands now."""

    code = "handoff_not_allowed"


class AlreadyTaken(Refused):
    """Another staff member has taken the conversation; `facts['by']` is who."""

    code = "already_taken"


class NotOwner(Refused):
    """Only the staff member who has taken a conversation may reply in it."""

    code = "not_owner"


class NotPermitted(Refused):
    """This role may not do this."""

    code = "not_permitted"


class TooSoon(Refused):
    """The same was asked a short while ago; `facts['again']` says when it may be asked again."""

    code = "too_soon"


class Invalid(ServiceError):
    """What was given cannot be right; the code is `invalid_<field>`."""

    code = "invalid"

    def __init__(self, field: str, message: str = "", **facts: str) -> None:
        super().__init__(message or f"invalid {field}", **facts)
        self.code = f"invalid_{field}"


class Unavailable(ServiceError):
    """A part the system needs does not answer; try later."""

    code = "unavailable"


class EngineDown(Unavailable):
    """Rasa did not answer in time, twice."""

    code = "engine_down"
