"""The case form has ended: file what was confirmed, or answer the message that was no case after all."""

from __future__ import annotations

from actions import asking, detours, words
from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from actions.filing import file_draft
from actions.policy import answer_question
from bot.app import Services


class ActionFileCase(ServiceAction):
    """File the confirmed case, or cases, from the words in clear."""

    action_name = "action_file_case"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        if draft.instead.startswith(asking.DANGER):
            return asking.told_danger(heard, services, draft.instead.removeprefix(asking.DANGER))
        if draft.instead:
            name, draft.instead = draft.instead, ""
            return (
                Reply()
                .set(case_draft=None if draft.is_empty else draft.as_slot())
                .and_then(detours.take(name, heard, services))
            )
        if draft.parked and words.says("just_asks", heard.text):
            return Reply("utter_only_asked").and_then(answer_told(heard, services, draft)).set(case_draft=None)
        if not draft.confirmed:
            return Reply("utter_case_dropped")
        return file_draft(heard, services, draft)


def answer_told(heard: Heard, services: Services, draft: Draft) -> Reply:
    """Who only wanted to know gets an answer to what was told."""
    question = f"{draft.words(services.conversations.original)} {heard.words(services)}"
    return answer_question(heard, services, question)
