"""The endpoint Rasa calls to run an action. The service mounts it on a loopback port of its own."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.executor import build_executor

log = structlog.get_logger()


def actions_router() -> APIRouter:
    """POST /webhook as Rasa 3.6 speaks it: 400 when a form hands a message back, 404 for an action nobody wrote."""
    executor = build_executor()
    router = APIRouter()

    @router.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        call = await request.json()
        try:
            return JSONResponse(await executor.run(call))
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": str(rejection), "action_name": rejection.action_name}, 400)
        except ActionNotFoundException as unknown:
            log.error("no such action", action=unknown.action_name)
            return JSONResponse({"error": "no such action", "action_name": unknown.action_name}, 404)

    @router.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return router
