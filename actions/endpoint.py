"""Where Rasa calls our actions: the SDK's executor behind one route, mounted by the service on loopback.

The actions themselves are the modules beside this one.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException


class OwnExecutor(ActionExecutor):  # type: ignore[misc]  # rasa_sdk publishes no types
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


def actions_router() -> APIRouter:
    """POST /webhook as the SDK's own server answers it, and GET /health."""
    router, executor = APIRouter(), build_executor()

    @router.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        try:
            result = await executor.run(await request.json())
        except ActionExecutionRejection as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 404)
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    @router.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return router
