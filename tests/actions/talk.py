"""A resident's side of a form, with real actions on real services. Rasa's part (which rule) is played by the tests."""

from __future__ import annotations

import asyncio
from typing import Any

from actions.endpoint import build_executor
from bot.app import Services
from tests.builders import incoming

EXECUTOR = build_executor()


class Talk:
    """One conversation: its slots, its open form, and what the last action said and did."""

    def __init__(self, services: Services, form: str = "case_form", address: str = "li") -> None:
        self.services, self.form, self.address = services, form, address
        self.slots: dict[str, Any] = {}
        self.active = False
        self.events: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.message: dict[str, Any] = {}
        self.conversation = ""
        self.happened: list[dict[str, Any]] = []

    def say(self, text: str, intent: str, **more: Any) -> Talk:
        """Write a message, and let the form hear it."""
        return self.write(text, intent, **more).run(f"validate_{self.form}")

    def write(self, text: str, intent: str, *, confidence: float = 0.95, choice: str | None = None) -> Talk:
        """Write a message; what hears it is run next."""
        accepted = self.services.conversations.accept(incoming(text, address=self.address))
        self.conversation = accepted.conversation_id
        heard = self.services.conversations.transcript(self.conversation)
        masked = [view.text for view in heard if view.sender == "resident"][-1]
        with self.services.database.reading() as work:
            resident = work.conversations.get(self.conversation).resident_id
        self.message = {
            "text": f"/{intent}" if choice else masked,
            "intent": {"name": intent, "confidence": confidence},
            "entities": [{"entity": "choice", "value": choice}] if choice else [],
            "metadata": {"inbox_id": accepted.inbox_id, "resident_id": resident, "kind": "text"},
        }
        return self

    def run(self, action: str) -> Talk:
        """Run an action as Rasa would call it, and take its slots over."""
        tracker = {
            "sender_id": self.conversation, "slots": dict(self.slots), "latest_message": self.message, "events": self.events,
            "paused": False, "followup_action": None, "latest_action_name": None,
            "active_loop": {"name": self.form} if self.active or action.startswith("validate") else {},
        }  # fmt: skip
        result = asyncio.run(EXECUTOR.run({"next_action": action, "sender_id": self.conversation, "tracker": tracker}))
        assert result is not None
        self.responses, self.happened = result.responses, result.events
        for event in result.events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.active = event["name"] is not None
        if action.startswith("validate"):
            self.active = self.asked is not None or self.is_rejected
        return self

    @property
    def asked(self) -> str | None:
        return self.slots.get("requested_slot")

    @property
    def is_rejected(self) -> bool:
        """Whether the form left the message to the rules."""
        return any(event["event"] == "action_execution_rejected" for event in self.happened)

    @property
    def said(self) -> list[str]:
        """The responses of the last action."""
        return [response["response"] for response in self.responses if response.get("response")]

    @property
    def did(self) -> list[str]:
        return [act for response in self.responses for act in (response.get("custom") or {}).get("did", [])]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of the last thing said."""
        return self.responses[-1]
