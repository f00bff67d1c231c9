"""How our forms listen: one validation action a form reads the whole message and says which slot is asked next.

Rasa calls it when the form starts, for each message, and again after an aside; a message is heard once.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from rasa_sdk.events import ActionExecutionRejected

from actions.base import REQUESTED_SLOT, Heard, Reply, ServiceAction
from bot.app import Services
from bot.cases.errors import ServiceError


class ServiceForm(ServiceAction):
    """The validation action of the form `form_name`. `hear` reads; `next_slot` decides.

    A plain Action rather than the SDK's FormValidationAction: that one takes the slots from the domain, which
    Rasa does not send, and looks at one slot at a time, while a resident says three things in one breath.
    """

    form_name: ClassVar[str]
    action_name = ""

    def name(self) -> str:
        return f"validate_{self.form_name}"

    def act(self, heard: Heard, services: Services) -> Reply:
        if self.has_heard(heard):
            return Reply().set(**{REQUESTED_SLOT: heard.asked or self.first_slot(heard)})
        if heard.form == self.form_name and self.is_aside(heard, services):
            return self.step_aside(heard)
        return self.hear(heard, services)

    def refused(self, error: ServiceError, heard: Heard) -> Reply:
        """A refusal in the middle of a form leaves the form where it is."""
        return super().refused(error, heard).set(**{REQUESTED_SLOT: heard.asked})

    def broken(self, heard: Heard) -> Reply:
        """The same of an exception: what has been told so far is not lost by it."""
        return super().broken(heard).set(**{REQUESTED_SLOT: heard.asked})

    def reject(self, reply: Reply) -> Reply:
        """Let the rules answer this message instead of the form."""
        reply.events.append(ActionExecutionRejected(self.form_name))
        return reply

    @abstractmethod
    def has_heard(self, heard: Heard) -> bool:
        """Whether this very message has been read before."""

    @abstractmethod
    def first_slot(self, heard: Heard) -> str | None:
        """The slot to ask where none was asked yet."""

    @abstractmethod
    def is_aside(self, heard: Heard, services: Services) -> bool:
        """Whether the message is something else than an answer to the form."""

    @abstractmethod
    def step_aside(self, heard: Heard) -> Reply:
        """Remember that the message was heard, and reject it."""

    @abstractmethod
    def hear(self, heard: Heard, services: Services) -> Reply:
        """Take what was said into the slots and set the slot to ask next (None: everything is known)."""
