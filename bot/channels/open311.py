"""Open311 GeoReport v2 under /open311/v2, JSON and XML: services, requests and servicerequestupdates; files with a key.

https://wiki.open311.org/GeoReport_v2/. Reading needs no key; writing does. Both are paced, by key or by address.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.cases.errors import NotFound, ServiceError
from bot.channels.web_limits import Pace, at_most
from bot.services.open_requests import Asked
from bot.services.views import NewCase

if TYPE_CHECKING:
    from bot.app import Services

BODY_BYTES: Final = 64 * 1024
#: Requests a program or an address may make in a burst, and each second after it.
BURST, PER_SECOND = 60.0, 2.0
#: GeoReport's name of the list and of one thing in it, by resource.
NAMES: Final = {
    "services": ("services", "service"), "requests": ("service_requests", "request"),
    "servicerequestupdates": ("service_request_updates", "request_update"), "attributes": ("attributes", "attribute"),
    "values": ("values", "value"), "errors": ("errors", "error"),
}  # fmt: skip
ATTRIBUTE: Final = re.compile(r"attribute\[([A-Za-z0-9_]{1,40})\]")
Answer = Callable[[], Any]


class Refusal(Exception):
    """A request is refused: status and one sentence."""

    def __init__(self, status: int, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.wait = status, sentence, wait


class Endpoint:
    """The handlers, on the services."""

    def __init__(self, services: Services) -> None:
        self.services, self.open = services, services.open_requests
        self.pace = Pace(burst=BURST, pace=PER_SECOND)
        pairs = (pair.partition("=") for pair in services.settings.open311_keys.split(",") if pair.strip())
        self.keys = {digest.strip(): name.strip() for name, _, digest in pairs}

    async def answer(self, request: Request, form: str, resource: str, act: Answer, status: int = 200) -> Response:
        """What `act` finds as JSON or XML; every refusal in the same form."""
        try:
            self._slow_down(request)
            found = await asyncio.to_thread(act)
            return render(form, resource, found, status)
        except Refusal as refusal:
            return self._refused(form, refusal.status, refusal.sentence, refusal.wait)
        except ServiceError as error:
            code = 404 if isinstance(error, NotFound) else 400
            return self._refused(form, code, self.services.texts.error(error.code, **error.facts))

    def program(self, key: str) -> str:
        """The program of a key. Raises Refusal 403."""
        digest = hashlib.sha256(key.encode()).hexdigest()
        found = [name for known, name in self.keys.items() if hmac.compare_digest(known, digest)]
        if not found:
            raise Refusal(403, self.services.texts("open311_key"))
        return found[0]

    def asked(self, query: Mapping[str, str]) -> Asked:
        """The filter of a list. Raises Refusal 400."""
        try:
            return Asked(
                since=_moment(query.get("start_date")), until=_moment(query.get("end_date")),
                codes=tuple(filter(None, query.get("service_code", "").split(","))), status=query.get("status", ""),
                ids=tuple(filter(None, query.get("service_request_id", "").split(",")))[:100],
                page=int(query.get("page", "1")), size=int(query.get("page_size", "100")),
            )  # fmt: skip
        except (ValueError, OverflowError) as error:
            raise Refusal(400, self.services.texts("open311_filter")) from error

    def file(self, form: Mapping[str, str]) -> list[dict[str, object]]:
        """File what a program sends. Raises Refusal and ServiceError."""
        program = self.program(form.get("api_key", ""))
        place = form.get("address_string", "").strip() or " ".join(filter(None, (form.get("lat"), form.get("long"))))
        answers = {found[1]: value for name, value in form.items() if (found := ATTRIBUTE.fullmatch(name))}
        description = "\n".join([form.get("description", "").strip(), *answers.values()]).strip()
        if not place:
            raise Refusal(400, self.services.texts("open311_place"))
        contact = form.get("phone") or form.get("email") or None
        new = NewCase(
            "report", description, place[:200], contact=contact, anonymous=not contact, category_code=form.get("service_code")
        )
        return [self.open.file(program, form.get("account_id", "")[:60], new, answers)]

    def _slow_down(self, request: Request) -> None:
        who = request.query_params.get("api_key") or (request.client.host if request.client else "")
        wait = self.pace.wait(who)
        if wait:
            raise Refusal(429, self.services.texts("open311_fast"), wait)

    @staticmethod
    def _refused(form: str, status: int, sentence: str, wait: float = 0.0) -> Response:
        answer = render(form, "errors", [{"code": status, "description": sentence}], status)
        if wait:
            answer.headers["Retry-After"] = str(math.ceil(wait))
        return answer


def open311_router(services: Services) -> APIRouter:
    """/open311/v2: the resources of GeoReport v2 with endings .json and .xml."""
    end, router = Endpoint(services), APIRouter(prefix="/open311/v2", tags=["Open311"])
    found = end.open

    @router.get("/services.{form}", summary="可以反映的事项分类", responses=ANSWERS)
    async def all_services(request: Request, form: str) -> Response:
        return await end.answer(request, form, "services", found.services)

    @router.get("/services/{code}.{form}", summary="一类事项要问的问题", responses=ANSWERS)
    async def one_service(request: Request, code: str, form: str) -> Response:
        return await end.answer(request, form, "service_definition", lambda: found.definition(code))

    @router.get("/requests.{form}", summary="事项列表，不含个人信息", responses=ANSWERS)
    async def all_requests(request: Request, form: str) -> Response:
        return await end.answer(request, form, "requests", lambda: found.requests(end.asked(request.query_params)))

    @router.get("/requests/{key}.{form}", summary="一件事项办到哪一步", responses=ANSWERS)
    async def one_request(request: Request, key: str, form: str) -> Response:
        return await end.answer(request, form, "requests", lambda: [found.request(key)])

    @router.get("/servicerequestupdates/{key}.{form}", summary="一件事项的办理过程", responses=ANSWERS)
    async def updates(request: Request, key: str, form: str) -> Response:
        return await end.answer(request, form, "servicerequestupdates", lambda: found.updates(key))

    @router.post("/requests.{form}", summary="登记一件事项（要密钥）", status_code=201, responses=ANSWERS)
    async def file(request: Request, form: str) -> Response:
        sent = await Request(request.scope, at_most(BODY_BYTES, request.receive)).form()
        fields = {name: value for name, value in sent.items() if isinstance(value, str)}
        fields.setdefault("api_key", request.query_params.get("api_key", ""))
        return await end.answer(request, form, "requests", lambda: end.file(fields), 201)

    return router


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "JSON 或 XML", "content": {"application/json": {"schema": {}}, "text/xml": {"schema": {}}}}
}


def render(form: str, resource: str, found: Any, status: int = 200) -> Response:
    """JSON, or XML with GeoReport's names; any other ending is 404."""
    if form == "json":
        return JSONResponse(found, status)
    if form != "xml":
        return JSONResponse([{"code": 404, "description": "json, xml"}], 404)
    outer = NAMES.get(resource, (resource, ""))[0]
    root = ElementTree.Element(outer)
    _fill(root, resource, found)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _fill(parent: ElementTree.Element, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _fill(ElementTree.SubElement(parent, key), key, inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(ElementTree.SubElement(parent, NAMES[name][1]), name, inner)
    elif value is not None:
        parent.text = str(value).lower() if isinstance(value, bool) else str(value)


def _moment(written: str | None) -> datetime | None:
    """A W3C time; without a zone it is UTC. Raises ValueError."""
    if not written:
        return None
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
