"""The SDK's executor with all our actions, as the service mounts it. The actions themselves are the modules beside it."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import ActionExecutor


class OwnExecutor(ActionExecutor):
    """Runs actions without the domain.

    Rasa 3.6 sends no domain with `enable_selective_domain`, and no digest of one; the newer SDK would answer 449 to
    that. None of our actions reads the domain.
    """

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        return {}


def build_executor() -> ActionExecutor:
    """An executor that knows every action of this package."""
    executor = OwnExecutor()
    executor.register_package("actions")
    return executor
