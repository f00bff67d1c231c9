"""What becomes of a case that was taken down: filed, laid aside, taken up again; and wishes kept as a message."""

from __future__ import annotations

from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from bot.app import Services
from bot.services.views import CaseView, NewCase

SLOTS = ("case_draft", "case_description", "case_location", "case_time", "case_phone")


def filed(case: CaseView) -> dict[str, str]:
    """The facts of a filed case a resident hears."""
    return {"number": case.number, "unit": case.unit, "promise": case.promise, "category": case.category}


class ActionFileCase(ServiceAction):
    """File the confirmed case from the words in clear, and read its number back."""

    action_name = "action_file_case"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        if not draft.confirmed:
            return Reply("utter_case_dropped")
        new = draft.clear(services.conversations.original)
        case = services.cases.file(heard.conversation_id, new, inbox_id=heard.inbox_id)
        response = "utter_case_filed_urgent" if case.urgent else "utter_case_filed"
        return Reply(response, **filed(case)).did("file_case").forget(*SLOTS).set(last_case=case.number)


class ActionDropCase(ServiceAction):
    """Lay the case aside at the resident's wish; 继续 takes it up again."""

    action_name = "action_drop_case"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = parked(heard)
        return Reply("utter_case_dropped" if draft.description else "utter_nothing_filed").set(case_draft=draft.as_slot())


def parked(heard: Heard) -> Draft:
    """The draft as it is kept while something else is going on."""
    draft = Draft.of(heard.slot("case_draft"))
    draft.parked, draft.confirmed, draft.leaving, draft.change = True, False, False, None
    return draft


def resume(heard: Heard) -> Reply:
    """Say that it goes on; the form then asks what is still open."""
    draft = Draft.of(heard.slot("case_draft"))
    draft.parked, draft.heard = False, heard.message_id
    return Reply("utter_case_goes_on", description=draft.description).set(case_draft=draft.as_slot()).go_on_with("case_form")


class ActionKeepMessage(ServiceAction):
    """File a wish for which there is no skill yet as a message to the staff, and say so."""

    action_name = "action_keep_message"

    def act(self, heard: Heard, services: Services) -> Reply:
        new = NewCase(kind="message", description=heard.words(services) or heard.intent)
        case = services.cases.file(heard.conversation_id, new, inbox_id=heard.inbox_id)
        return Reply(f"utter_kept_{heard.intent}", **filed(case)).did("message")
