"""Pages from templates: one environment with autoescape, filters for times and labels, strict security headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bot.cases.roles import Role, may
from bot.desk.words import word

HERE = Path(__file__).parent
#: The whole country keeps one time without summer time.
CHINA = timezone(timedelta(hours=8))
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A rendered template with the desk's headers."""
    return HTMLResponse(environment().get_template(template).render(context), status, headers=SECURITY_HEADERS)


@cache
def environment() -> Environment:
    """The templates; everything is escaped unless a template says otherwise, and none does."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "iso": iso, "said": said, "word": lambda code, family: word(family, code)}
    made.globals |= {"may": lambda role, what: may(Role(role), what), "version": _static_version()}
    return made


def moment(at: datetime | None) -> str:
    """Time of day for today, month and day before: 09:41, 11-21 09:41. Empty for None."""
    if at is None:
        return ""
    local = at.astimezone(CHINA)
    today = datetime.now(CHINA).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def said(fact: Any) -> str:
    """A fact the bot has asked for, whatever its shape, as words."""
    if isinstance(fact, dict):
        return "，".join(f"{name} {value}" for name, value in fact.items() if value)
    return "、".join(map(str, fact)) if isinstance(fact, list | tuple) else str(fact)


def iso(at: datetime | None) -> str:
    """The instant as a script reads it; empty for None."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _static_version() -> str:
    """Changes when a script or style sheet changes, so that browsers fetch the new one."""
    return str(int(max(file.stat().st_mtime for file in (HERE / "static").glob("*.*"))))
