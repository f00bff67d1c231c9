"""A resident's own data in the chat: what is kept, a copy, erasing it. First who they are, then one question at a time.

What is asked to show who they are, and how often, is decided in `bot/services/identity.py`. Wishes of another kind (one
photo deleted, a name corrected, consent taken back) go to the staff word for word.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, cast

from actions import words
from actions.base import REQUESTED_SLOT, Heard, Reply, ServiceAction
from actions.filing import keep_message
from actions.forms import ServiceForm
from bot.app import Services
from bot.services.privacy import Scope

#: What can be done here: row of words.tsv → task.
TASKS = {"wish_show": "show", "wish_export": "export", "wish_erase": "erase"}
SCOPES = {"scope_cases": "cases", "scope_messages": "messages", "scope_all": "all"}
#: Intents that are never an answer to this form, and from which confidence on.
ASIDE = {"talk_to_human": 0.6, "emergency": 0.9, "self_harm": 0.7}
#: The same question so often and no answer: the wish is dropped and a person offered.
MOST_ASKED = 3
SLOTS = ("own_data", "own_data_task", "own_data_identity", "own_data_scope", "own_data_confirm")


@dataclass
class Wish:
    """What is wanted with one's own data, and what is known for it. No personal data."""

    task: str | None = None
    scope: str | None = None
    heard: str = ""
    proved: bool = False
    confirmed: bool = False
    dropped: bool = False
    locked: bool = False
    passed_on: bool = False  # a wish that only a person can grant
    asked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, slot: dict[str, Any] | None) -> Wish:
        return cls(**slot) if slot else cls()

    def as_slot(self) -> dict[str, Any]:
        return asdict(self)

    def next_slot(self) -> str | None:
        """What to ask now; None: do it, or leave it."""
        if self.dropped or self.locked or self.passed_on:
            return None
        for slot, is_known in (
            ("own_data_task", self.task is not None),
            ("own_data_identity", self.proved),
            ("own_data_scope", self.task != "export" or self.scope is not None),
            ("own_data_confirm", self.task == "show" or self.confirmed),
        ):
            if not is_known:
                return slot
        return None


class ValidateOwnDataForm(ServiceForm):
    """Finds out what is wanted, who asks, and whether they are sure."""

    form_name = "own_data_form"

    def has_heard(self, heard: Heard) -> bool:
        return Wish.of(heard.slot("own_data")).heard == heard.message_id != ""

    def first_slot(self, heard: Heard) -> str | None:
        return Wish.of(heard.slot("own_data")).next_slot()

    def is_aside(self, heard: Heard, services: Services) -> bool:
        if heard.asked is None or heard.confidence < ASIDE.get(heard.intent, 2.0):
            return False
        return heard.intent != "talk_to_human" or heard.is_button or words.says("human", heard.text)

    def step_aside(self, heard: Heard) -> Reply:
        wish = Wish.of(heard.slot("own_data"))
        wish.heard = heard.message_id
        return self.reject(Reply().set(own_data=wish.as_slot()))

    def hear(self, heard: Heard, services: Services) -> Reply:
        wish = Wish.of(heard.slot("own_data")) if heard.asked else Wish()
        wish.heard = heard.message_id
        reply = Reply()
        if heard.asked:
            reply = _answer(wish, heard, services)
        else:
            wish.task, wish.scope = read_task(heard), read_scope(heard)
            wish.passed_on = wish.task is None and not heard.is_button and not words.says("wish_unsaid", heard.text)
        _check_identity(wish, heard, services)
        slot = wish.next_slot()
        if slot and wish.asked.count(slot) >= MOST_ASKED:
            wish.dropped, slot = True, None
        if slot:
            wish.asked.append(slot)
        return reply.set(own_data=wish.as_slot(), **{REQUESTED_SLOT: slot})


def read_task(heard: Heard) -> str | None:
    """show, export or erase, by button or by words; of several the one said last behind a slip of the tongue."""
    if heard.choice in TASKS.values():
        return heard.choice
    if words.says("wish_part", heard.text):
        return None
    wanted = words.without("not_erase", heard.text)
    found = sorted((match.start(), task) for row, task in TASKS.items() for match in words.find(row, wanted))
    tasks = list(dict.fromkeys(task for _, task in found))
    if len(tasks) > 1 and "erase" in tasks and not words.says("slip", heard.text):
        return None  # 删了再导出 or 导出再删: asked, not guessed
    return tasks[-1] if tasks else None


def read_scope(heard: Heard) -> str | None:
    """all, cases or messages; what is said not to be wanted does not count."""
    if heard.choice in SCOPES.values():
        return heard.choice
    wanted = words.without("not_wanted", heard.text)
    return next((scope for row, scope in SCOPES.items() if words.says(row, wanted)), None)


def _check_identity(wish: Wish, heard: Heard, services: Services) -> None:
    if wish.task is None or wish.proved:
        return
    check = services.privacy.identity.required(heard.conversation_id)
    wish.locked, wish.proved = check.kind == "locked", check.kind in ("session", "passed")


def _answer(wish: Wish, heard: Heard, services: Services) -> Reply:
    """Take the answer to what was asked; a word that drops it drops it wherever it is said."""
    is_no = words.says("own_no", heard.text) or heard.choice == "drop" or heard.intent in ("change_mind", "goodbye")
    if is_no and heard.asked != "own_data_scope" and not (heard.asked == "own_data_task" and read_task(heard)):
        wish.dropped = True
    elif heard.asked == "own_data_task":
        wish.task, wish.scope = read_task(heard), read_scope(heard)
    elif heard.asked == "own_data_identity":
        check = services.privacy.identity.answer(heard.conversation_id, heard.words(services))
        wish.proved, wish.locked = check.kind in ("passed", "session"), check.kind == "locked"
        return Reply("utter_identity_wrong" if check.is_open else None)
    elif heard.asked == "own_data_scope":
        wish.scope = read_scope(heard) or ("all" if words.is_yes(heard.text) else None)
    elif heard.asked == "own_data_confirm":
        _answer_confirm(wish, heard)
    return Reply()


def _answer_confirm(wish: Wish, heard: Heard) -> None:
    """A copy of one's own data to one's own chat needs a yes; erasing needs the word itself or the button."""
    is_button = heard.is_button and heard.choice == "sure"
    if wish.task == "export":
        wish.scope = read_scope(heard) or wish.scope
        wish.confirmed = is_button or words.is_yes(heard.text) or words.says("send_it", heard.text)
    else:
        wish.confirmed = is_button or words.says("erase_it", heard.text)


class ActionAskIdentity(ServiceAction):
    """Asks for what shows who they are: the number on file, or a code to type back."""

    action_name = "action_ask_own_data_form_own_data_identity"

    def act(self, heard: Heard, services: Services) -> Reply:
        check = services.privacy.identity.required(heard.conversation_id)
        return Reply(f"utter_ask_identity_{check.kind}", code=check.code).custom(asked="identity")


class ActionAskOwnDataConfirm(ServiceAction):
    """Says what will be sent or erased, and asks whether to."""

    action_name = "action_ask_own_data_form_own_data_confirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        wish, kept = Wish.of(heard.slot("own_data")), services.privacy.kept(heard.conversation_id)
        if wish.task == "export":
            return Reply(f"utter_ask_export_{wish.scope}", cases=kept.cases, messages=kept.messages).custom(asked="confirm")
        response = "utter_ask_erase_open" if kept.open_cases else "utter_ask_erase"
        return Reply(response, open=kept.open_cases).custom(asked="confirm")


class ActionDoOwnData(ServiceAction):
    """Do what was wanted, or say why not."""

    action_name = "action_do_own_data"

    def act(self, heard: Heard, services: Services) -> Reply:
        wish = Wish.of(heard.slot("own_data"))
        if wish.passed_on:
            return keep_message(heard, services, "utter_kept_privacy_request").forget(*SLOTS)
        if wish.locked:
            return Reply("utter_identity_locked").forget(*SLOTS)
        if wish.dropped or wish.next_slot():
            return Reply("utter_own_data_dropped").forget(*SLOTS)
        return DO[str(wish.task)](wish, heard, services).forget(*SLOTS)


def _show(wish: Wish, heard: Heard, services: Services) -> Reply:
    return Reply("utter_own_data", **asdict(services.privacy.kept(heard.conversation_id))).did("show_data")


def _export(wish: Wish, heard: Heard, services: Services) -> Reply:
    scope = cast(Scope, wish.scope)
    files = services.privacy.export(heard.conversation_id, scope, inbox_id=heard.inbox_id)
    return Reply("utter_exported").custom(files=[[file.id, file.name, file.content_type] for file in files]).did("export")


def _erase(wish: Wish, heard: Heard, services: Services) -> Reply:
    """The service itself tells them, in the conversation that begins anew; this one is over, and Rasa forgets it."""
    services.privacy.erase(heard.conversation_id)
    return Reply("utter_erased").set(forget=True)


DO = {"show": _show, "export": _export, "erase": _erase}
