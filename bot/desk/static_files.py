"""Scripts, style sheets and the vendored files of the desk."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from bot.desk.rendering import HERE

router = APIRouter(include_in_schema=False)
FILES = StaticFiles(directory=HERE / "static")


@router.get("/static/{path:path}")
async def static(request: Request, path: str) -> Response:
    """A file below `static/`; addresses carry a version, so browsers may keep it for a day."""
    if "\x00" in path:
        raise HTTPException(404)
    answer = await FILES.get_response(path, request.scope)
    answer.headers["Cache-Control"] = "public, max-age=86400" if request.url.query else "no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
