"""Macros: several acts on a conversation under one name. All are done in one transaction or none; one line of audit says all.

A step is `{"do": …, "text": …}`: reply (text with blanks), note (text with blanks), label (a word), file_case (from the
resident's last words; text: category code or empty), give_back, close, transfer (text: business or empty).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.cases.errors import Invalid, NotFound, NotOwner, NotPermitted
from bot.cases.roles import Role, may
from bot.services import blanks
from bot.services.cases import Cases
from bot.services.conversations import Conversations
from bot.services.handoff import Handoff
from bot.services.ports import Clock
from bot.services.sidework import LABEL_AT_MOST, Sidework
from bot.services.views import ConversationView, NewCase, StaffView
from bot.store.database import Database, Work
from bot.store.desk_tables import MacroRow

NAME_AT_MOST, STEPS_AT_MOST, TEXT_AT_MOST = 40, 10, 2000
RIGHT = "keep_replies"
#: What a step needs beside being the owner of the conversation; None: nothing.
STEPS: Mapping[str, str | None] = {
    "reply": None, "note": None, "label": None, "file_case": "file_case", "transfer": None, "give_back": None, "close": None,
}  # fmt: skip
#: After these the conversation is somebody else's: nothing can follow.
LAST = frozenset({"transfer", "give_back", "close"})
WITH_TEXT = frozenset({"reply", "note", "label"})
LINES_OF_A_CASE = 3


@dataclass(frozen=True)
class Step:
    """One act of a macro."""

    do: str
    text: str = ""


@dataclass(frozen=True)
class Macro:
    """A macro as it is kept."""

    id: int
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Done:
    """What running a macro did: its steps, and the number of the case it filed."""

    steps: tuple[str, ...]
    case: str = ""


class Macros:
    """Keeps and runs macros."""

    def __init__(
        self, database: Database, clock: Clock, handoff: Handoff, cases: Cases, conversations: Conversations, sidework: Sidework
    ) -> None:
        self.database, self.clock = database, clock
        self.handoff, self.cases, self.conversations, self.sidework = handoff, cases, conversations, sidework

    def all(self) -> list[Macro]:
        """Every macro by name."""
        with self.database.reading() as work:
            return [_macro(row) for row in work.desk.macros()]

    def save(self, macro_id: int, name: str, steps: Sequence[Step], by: StaffView) -> Macro:
        """Write a macro; id 0 is a new one. Raises Invalid, NotFound, NotPermitted."""
        if not may(Role(by.role), RIGHT):
            raise NotPermitted(RIGHT)
        _check(name, steps)

        def act(work: Work) -> Macro:
            row = work.desk.macro(macro_id=macro_id) if macro_id else MacroRow()
            if row is None:
                raise NotFound()
            same = work.desk.macro(name=name)
            if same is not None and same.id != macro_id:
                raise Invalid("macro_taken", name=name)
            row.name, row.steps = name, [{"do": step.do, "text": step.text} for step in steps]
            row.changed_at, row.changed_by = self.clock.now(), by.owner
            work.desk.add(row)
            work.staff.audit(by.owner, "macro_kept", f"macro:{row.id}", self.clock.now(), name=name)
            return _macro(row)

        return self.database.run(act)

    def remove(self, macro_id: int, by: StaffView) -> None:
        """Forget a macro; an unknown one is no error."""
        if not may(Role(by.role), RIGHT):
            raise NotPermitted(RIGHT)

        def act(work: Work) -> None:
            work.desk.drop_macro(macro_id)
            work.staff.audit(by.owner, "macro_removed", f"macro:{macro_id}", self.clock.now())

        self.database.run(act)

    def run(self, macro_id: int, conversation_id: str, staff: StaffView, *, run_id: str) -> Done:
        """Do every step of a macro in a conversation one has. Raises what any of them is refused for; then nothing was done.

        `run_id`: the same twice says nothing twice.
        """
        done = self.database.together(partial(self._run, macro_id, conversation_id, staff, run_id))
        for topic in (f"conversation:{conversation_id}", "desk", "outbox"):
            self.handoff.wakeups.wake(topic)
        return done

    def _run(self, macro_id: int, conversation_id: str, staff: StaffView, run_id: str, work: Work) -> Done:
        row = work.desk.macro(macro_id=macro_id)
        if row is None:
            raise NotFound()
        macro = _macro(row)
        work.conversations.locked(conversation_id)  # nobody takes it between the checks and the last step
        conversation = self.handoff.get(conversation_id)
        done = self._do(self._checked(macro, conversation, staff), conversation, staff, run_id)
        work.staff.audit(staff.owner, "macro_run", conversation_id, self.clock.now(), macro=macro.name, steps=list(done.steps))
        return done

    def _checked(self, macro: Macro, conversation: ConversationView, staff: StaffView) -> list[Step]:
        """The steps with their blanks filled. Raises what any of them would be refused for."""
        if conversation.owner != staff.owner:
            raise NotOwner(by=conversation.owner_name)
        newest = next(iter(self.cases.of_resident(conversation.resident_id)), None)
        facts = blanks.facts_of(conversation, newest, staff)
        steps: list[Step] = []
        for step in macro.steps:
            needed = STEPS[step.do]
            if needed and not may(Role(staff.role), needed):
                raise NotPermitted(needed)
            if step.do == "file_case" and not self._last_words(conversation):
                raise Invalid("macro_no_words")
            filled = blanks.fill(step.text, facts) if step.do in ("reply", "note") else blanks.Filled(step.text, ())
            # A case filed by an earlier step fills these blanks when its time comes.
            if filled.missing and "file_case" not in {one.do for one in steps}:
                raise Invalid("macro_missing", missing="、".join(filled.missing))
            steps.append(step)
        return steps

    def _do(self, steps: Sequence[Step], conversation: ConversationView, staff: StaffView, run_id: str) -> Done:
        filed: list[str] = []
        acts = self._acts(conversation, staff, run_id, filed)
        for at, step in enumerate(steps):
            acts[step.do](at, step.text)
        return Done(tuple(step.do for step in steps), filed[0] if filed else "")

    def _acts(
        self, conversation: ConversationView, staff: StaffView, run_id: str, filed: list[str]
    ) -> dict[str, Callable[[int, str], Any]]:
        ident, handoff = conversation.id, self.handoff

        def text_of(text: str) -> str:
            newest = next(iter(self.cases.of_resident(conversation.resident_id)), None)
            return blanks.fill(text, blanks.facts_of(conversation, newest, staff)).text

        def file(at: int, code: str) -> None:
            new = NewCase("report", description=self._last_words(conversation), category_code=code or None)
            filed.append(self.cases.file(ident, new, inbox_id=None, by=staff).number)

        return {
            "reply": lambda at, text: handoff.reply(ident, staff, text_of(text), client_id=f"m-{run_id}-{at}"),
            "note": lambda at, text: handoff.note(ident, staff, text_of(text)),
            "label": lambda at, text: self.sidework.label(ident, text, True, staff),
            "file_case": file,
            "transfer": lambda at, text: handoff.transfer(ident, staff, text or None),
            "give_back": lambda at, text: handoff.give_back(ident, staff),
            "close": lambda at, text: handoff.close(ident, staff, to_case=bool(filed)),
        }

    def _last_words(self, conversation: ConversationView) -> str:
        after = max(0, conversation.last_position - 60)
        lines = self.conversations.transcript(conversation.id, after=after, for_staff=True)
        said = [line.text for line in lines if line.sender == "resident" and line.kind == "text" and line.text]
        return "\n".join(said[-LINES_OF_A_CASE:])


def _check(name: str, steps: Sequence[Step]) -> None:
    if not 1 <= len(name) <= NAME_AT_MOST:
        raise Invalid("macro_name", limit=str(NAME_AT_MOST))
    if not 1 <= len(steps) <= STEPS_AT_MOST or any(step.do not in STEPS for step in steps):
        raise Invalid("macro_steps", limit=str(STEPS_AT_MOST))
    if any(step.do in LAST for step in steps[:-1]):
        raise Invalid("macro_order")
    for step in steps:
        most = LABEL_AT_MOST if step.do == "label" else TEXT_AT_MOST
        if len(step.text) > most or (step.do in WITH_TEXT and not step.text.strip()):
            raise Invalid("text", limit=str(most))
        blanks.check(step.text)


def _macro(row: MacroRow) -> Macro:
    return Macro(row.id, row.name, tuple(Step(step["do"], step.get("text", "")) for step in row.steps))
