"""The page that shows the API's description, from files of our own: FastAPI's own page would load them from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from bot.desk.rendering import SECURITY_HEADERS, page

#: Where the application serves its description.
OPENAPI = "/api/openapi.json"
router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
def api_docs() -> Response:
    """Swagger UI on our description."""
    answer = page("api_docs.html", {"openapi": OPENAPI})
    # Swagger UI draws with inline styles; scripts stay our own.
    policy = SECURITY_HEADERS["Content-Security-Policy"].replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    answer.headers["Content-Security-Policy"] = policy
    return answer
