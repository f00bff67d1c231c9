"""A person takes over: because the resident asks for one. Works in every state."""

from __future__ import annotations

from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from actions.filing import parked
from bot.app import Services


def hand_over(heard: Heard, services: Services, reason: str, reply: Reply) -> Reply:
    """Queue the conversation; an open form is closed, what was said in it is kept.

    The gateway itself tells the resident that they are queued and counts it as a handoff, so `reply` says neither.
    """
    services.handoff.request(heard.conversation_id, reason, inbox_id=heard.inbox_id)
    if not Draft.of(heard.slot("case_draft")).is_empty:
        reply.set(case_draft=parked(heard).as_slot())
    return reply.leave_form()


class ActionHandOver(ServiceAction):
    """The resident asks for a person: one message is enough, wherever they are."""

    action_name = "action_hand_over"

    def act(self, heard: Heard, services: Services) -> Reply:
        has_draft = not Draft.of(heard.slot("case_draft")).is_empty
        response = "utter_person_reads_on" if has_draft else "utter_person_comes"
        return hand_over(heard, services, "asked", Reply(response))
