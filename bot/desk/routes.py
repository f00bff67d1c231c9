"""The two kinds of routes of the desk: pages answer a refusal with a page, JSON routes with a code and a sentence.

Both refuse bodies that are too large before reading them, so that rubbish never becomes a 5xx.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.cases.errors import Invalid, NotFound, NotPermitted, Refused, ServiceError, Unavailable
from bot.desk.guards import COOKIE, NeedsFactor, SignedOut
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.words import sentence

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
BODY_AT_MOST = 256 * 1024  # bytes; the longest form has one text of 4,000 characters
#: First match counts.
STATUS: tuple[tuple[type[ServiceError], int], ...] = (
    (SignedOut, 401), (NotPermitted, 403), (NotFound, 404), (Refused, 409), (Invalid, 400), (Unavailable, 503),
)  # fmt: skip


class TooLarge(Invalid):
    """The body is longer than anything the desk asks for."""

    def __init__(self) -> None:
        super().__init__("size")
        self.code = "too_large"


def status_of(error: ServiceError) -> int:
    """The HTTP status of a refusal."""
    if isinstance(error, TooLarge):
        return 413
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


class DeskRoute(APIRoute):
    """A route that turns every refusal into `refused`'s answer."""

    body_at_most = BODY_AT_MOST

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, with refusals answered."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                check_size(request, self.body_at_most)
                return await inner(request)
            except ServiceError as error:
                return self.refused(request, error)
            except RequestValidationError as error:
                return self.refused(request, _reading_of(error))
            except HTTPException as error:  # an unreadable body
                return self.refused(request, NotFound() if error.status_code == HTTPStatus.NOT_FOUND else Invalid("body"))
            except ClientDisconnect:
                return Response(status_code=400)

        return handle

    def refused(self, request: Request, error: ServiceError) -> Response:
        """The answer to a refusal."""
        raise NotImplementedError


class PageRoute(DeskRoute):
    """A page: whoever is signed out is sent to sign in, other refusals are a page with one sentence."""

    def refused(self, request: Request, error: ServiceError) -> Response:
        """A redirect to sign in, or a page that says what is wrong and leads back."""
        if isinstance(error, SignedOut):
            wanted = request.url.path if request.method == "GET" else request.headers.get("referer", "")
            expired = "expired=1&" if COOKIE in request.cookies else ""
            goal = f"/desk/sign-in?{expired}next={quote(safe_path(wanted))}"
            return RedirectResponse(goal, 303, headers=SECURITY_HEADERS)
        if isinstance(error, NeedsFactor):
            return RedirectResponse("/desk/me?needed=1", 303, headers=SECURITY_HEADERS)
        member = getattr(request.state, "member", None)
        return page("refused.html", {"member": member, "sentence": sentence(error), "here": ""}, status_of(error))


class JsonRoute(DeskRoute):
    """A JSON endpoint: a refusal is `{"code", "message"}`."""

    def refused(self, request: Request, error: ServiceError) -> Response:
        """Code and sentence with the refusal's status."""
        return JSONResponse(
            {"code": error.code, "message": sentence(error)}, status_of(error), headers={"Cache-Control": "no-store"}
        )


def check_size(request: Request, most: int = BODY_AT_MOST) -> None:
    """Refuse a body whose announced length is too much, or that announces none. Raises TooLarge."""
    if request.method in ("GET", "HEAD"):
        return
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        raise TooLarge()


def safe_path(address: str) -> str:
    """The path of an address within desk or admin; `/desk` for anything else, so that nobody is sent elsewhere."""
    path = "/" + address.split("://", 1)[-1].split("/", 1)[-1] if "://" in address else address
    known = path.split("?")[0].split("/")[1:2]
    plain = path.isascii() and path.isprintable() and "\\" not in path and not path.startswith("//")
    return path if plain and known in (["desk"], ["admin"]) and "/sign-in" not in path else "/desk"


def _reading_of(error: RequestValidationError) -> ServiceError:
    """A path that cannot be is nothing we have; a field that cannot be is invalid."""
    first = error.errors()[0]["loc"] if error.errors() else ("body",)
    return NotFound() if first[0] == "path" else Invalid(str(first[-1]))
