"""What the web chat refuses before it looks at a message: too fast, too big, from elsewhere, unreadable.

Every refusal is a `Problem`: a status below 500 and the key of one sentence in data/district/chat_page.csv.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from bot.cases.errors import Invalid, NotFound, Refused, ServiceError
from bot.services.texts import Texts

#: A burst a lively resident may write at once, and the lasting pace after it.
BURST, PER_SECOND = 40.0, 2.0
#: Browsers whose pace is kept in mind; the one heard of longest ago is forgotten first.
REMEMBERED = 20_000

STATUS_OF_ERROR: tuple[tuple[type[ServiceError], int], ...] = ((NotFound, 404), (Refused, 409), (Invalid, 422))
SENTENCE_OF_STATUS = {404: "not_found", 405: "not_allowed", 413: "too_big_text", 429: "too_fast"}


class Problem(HTTPException):
    """A request is refused with one sentence. `facts` fill the blanks of the sentence of `key`."""

    def __init__(self, status: int, key: str, *, wait: float = 0.0, **facts: object) -> None:
        super().__init__(status, detail=key, headers={"Retry-After": str(math.ceil(wait))} if wait else None)
        self.key, self.facts = key, facts


class Pace:
    """How fast each browser may write: a bucket of tokens by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, burst: float = BURST, pace: float = PER_SECOND) -> None:
        self._clock, self._burst, self._pace = clock, burst, pace
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str, cost: float = 1.0) -> float:
        """Seconds until `address` may write; 0.0 means now, and then the cost is taken."""
        now = self._clock()
        left, then = self._buckets.pop(address, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._pace)
        allowed = left >= cost
        self._buckets[address] = (left - cost if allowed else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (cost - left) / self._pace


def polite_route(page: Texts, texts: Texts, most_bytes: int) -> type[APIRoute]:
    """A route class that reads at most `most_bytes` and whose every refusal is JSON {"error", "sentence"}.

    `page` has our sentences, `texts` those of service errors. FastAPI's own limit answers in plain English.
    """

    class PoliteRoute(APIRoute):
        """Turns refusals of FastAPI, of the services and of ours into one shape."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    return await handle(Request(request.scope, at_most(most_bytes, request.receive)))
                except Problem as problem:
                    sentence = page(problem.key, **problem.facts)
                    return refusal(problem.status_code, problem.key, sentence, problem.headers)
                except RequestValidationError as error:
                    key = key_of_validation(error)
                    return refusal(422, key, page(key))
                except HTTPException as error:
                    key = SENTENCE_OF_STATUS.get(error.status_code, "unreadable")
                    return refusal(error.status_code, key, page(key))
                except ServiceError as error:
                    status = next((code for kind, code in STATUS_OF_ERROR if isinstance(error, kind)), 503)
                    return refusal(status, error.code, texts.error(error.code, **error.facts))

            return answer

    return PoliteRoute


def at_most(most_bytes: int, receive: Receive) -> Receive:
    """`receive`, until more than `most_bytes` have come; then Problem 413. The length a client claims is not believed."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most_bytes:
            raise Problem(413, "too_big_text")
        return message

    return counted


def refusal(status: int, key: str, sentence: str, headers: Any = None) -> JSONResponse:
    """What a page gets instead of what it asked for."""
    return JSONResponse({"error": key, "sentence": sentence}, status, headers=headers)


def key_of_validation(error: RequestValidationError) -> str:
    """The sentence for a body that does not fit: a bad place has its own, everything else is unreadable."""
    fields = {str(part) for item in error.errors() for part in item["loc"]}
    return "bad_place" if fields & {"latitude", "longitude"} else "unreadable"
