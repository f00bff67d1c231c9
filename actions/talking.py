"""Actions that first look whether the message means something by what was said before (`detours.py`)."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from actions import detours
from actions.base import Heard, Reply, ServiceAction
from actions.policy import answer_policy
from bot.app import Services


class TalkAction(ServiceAction):
    """An action for messages outside of forms, or beside an open one."""

    detours: ClassVar[tuple[str, ...]] = detours.ANYWHERE

    def act(self, heard: Heard, services: Services) -> Reply:
        among = self.detours if heard.form is None else detours.ASIDE
        detour = detours.find(heard, services, among)
        return detours.take(detour, heard, services) if detour else self.talk(heard, services)

    @abstractmethod
    def talk(self, heard: Heard, services: Services) -> Reply:
        """The answer where it means what Rasa took it for."""


class ActionAnswerPolicy(TalkAction):
    """Ask the knowledge base; the sources go to the gateway, which shows and unfolds them."""

    action_name = "action_answer_policy"
    detours = detours.BEFORE_ANSWER

    def talk(self, heard: Heard, services: Services) -> Reply:
        reply = answer_policy(heard, services)
        return reply.go_on_with("case_form") if detours.tells_too(heard, services) else reply
