"""What becomes of a case that was taken down: filed, laid aside, taken up again; and wishes kept as a message."""

from __future__ import annotations

from actions.base import Heard, Reply, ServiceAction
from actions.booking import conclude
from actions.draft import Draft
from bot.app import Services
from bot.services.views import CaseView, NewCase

SLOTS = ("case_draft", "case_description", "case_location", "case_time", "case_phone")


def filed(case: CaseView) -> dict[str, str]:
    """The facts of a filed case a resident hears."""
    return {"number": case.number, "unit": case.unit, "promise": case.promise + case.usual, "category": case.category}


def file_draft(heard: Heard, services: Services, draft: Draft) -> Reply:
    """File every matter of a confirmed draft from the words in clear, and read the numbers back."""

    def contact_of(number: str) -> str | None:
        return services.cases.original(number)["contact"] or None

    cases = [
        services.cases.file(heard.conversation_id, new, inbox_id=heard.inbox_id)
        for new in draft.clear(services.conversations.original, contact_of)
    ]
    reply, acts = Reply(), []
    for case in cases:
        said, act = conclude(heard, services, draft, case, filed(case))
        reply.and_then(said)
        acts.append(act)
    last = cases[-1].number
    if acts == ["file_case"]:
        reply.and_then(offer_to_join(heard, services, last))
    reply.did("file_two_cases" if len(cases) > 1 and "file_case" in acts else acts[0]).forget(*SLOTS)
    return reply.set(last_case=last, last_filed=heard.mark(last))


def offer_to_join(heard: Heard, services: Services, number: str) -> Reply:
    """Ask whether it is what a neighbour has reported; nothing where nobody has."""
    found = services.cosigning.offer(heard.resident_id, number)
    if found is None:
        return Reply()
    return Reply(
        "utter_cosign_offer", area=found.area, category=found.category, day=found.day, status=found.status, count=found.count
    )


class ActionDropCase(ServiceAction):
    """Lay the case aside at the resident's wish; 继续 takes it up again."""

    action_name = "action_drop_case"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = parked(heard)
        return Reply("utter_case_dropped" if draft.description else "utter_nothing_filed").set(case_draft=draft.as_slot())


def parked(heard: Heard) -> Draft:
    """The draft as it is kept while something else is going on."""
    draft = Draft.of(heard.slot("case_draft"))
    draft.parked, draft.confirmed, draft.leaving, draft.change, draft.instead = True, False, False, None, ""
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
        return keep_message(heard, services, f"utter_kept_{heard.intent}")


def keep_message(heard: Heard, services: Services, response: str) -> Reply:
    """File the words as a message to the staff, and say so."""
    new = NewCase(kind="message", description=heard.words(services) or heard.intent)
    case = services.cases.file(heard.conversation_id, new, inbox_id=heard.inbox_id)
    return Reply(response, **filed(case)).did("message")
