"""Logging set up once: one line of JSON an event, no personal data. Nothing that was said by anybody is ever logged."""

from __future__ import annotations

import logging

import structlog

#: Libraries that would log addresses, tokens or message texts at INFO.
QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn.access", "sanic", "rasa_sdk", "sentence_transformers")


def set_up(level: int = logging.INFO) -> None:
    """Make every logger of this process write such lines to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
