"""Danger that the gateway's own check did not see. Certain: numbers, and a person. Uncertain: numbers, and it goes on."""

from __future__ import annotations

from actions import detours
from actions.base import Heard, Reply, ServiceAction
from actions.handoff import hand_over
from bot.app import Services

#: Below this confidence the numbers to call are said and the conversation goes on: the gateway's own check saw nothing.
#: From here on the second opinion is right in 0.97 of ordinary messages and 0.90 of hard ones (scripts/fit_opinion.py).
SURE = 0.9


class ActionEmergency(ServiceAction):
    """Rasa takes the message for danger."""

    action_name = "action_emergency"

    def act(self, heard: Heard, services: Services) -> Reply:
        if heard.confidence >= SURE or heard.is_button:
            reply = Reply(f"utter_{heard.intent}").did("emergency_alarm")
            return hand_over(heard, services, "safety", reply)
        detour = detours.find(heard, services, detours.BEFORE_CASE)
        if detour:
            return detours.take(detour, heard, services)
        reply = Reply("utter_is_there_danger")
        tells = heard.form is None and services.cases.likely_category(heard.text) is not None
        return reply.go_on_with("case_form") if tells else reply
