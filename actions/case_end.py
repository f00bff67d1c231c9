"""The case form has ended: file what was confirmed, or answer the message that was no case after all."""

from __future__ import annotations

from actions import detours
from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from actions.filing import file_draft
from bot.app import Services


class ActionFileCase(ServiceAction):
    """File the confirmed case, or cases, from the words in clear."""

    action_name = "action_file_case"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        if draft.instead:
            name, draft.instead = draft.instead, ""
            return (
                Reply()
                .set(case_draft=None if draft.is_empty else draft.as_slot())
                .and_then(detours.take(name, heard, services))
            )
        if not draft.confirmed:
            return Reply("utter_case_dropped")
        return file_draft(heard, services, draft)
