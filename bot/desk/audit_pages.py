"""Who did what: the audit's page, its file, and whether the chain holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from bot.cases.errors import Invalid
from bot.desk.guards import GENUINE, Auditor, services_of
from bot.desk.rendering import CHINA, SECURITY_HEADERS, page
from bot.desk.routes import PageRoute
from bot.desk.words import word
from bot.services.auditing import AuditLine, Verdict, Wanted

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN = 100
Day = Annotated[str, Query(max_length=10)]
Words = Annotated[str, Query(max_length=80)]
COLUMNS = ("编号", "时间", "谁", "账号", "做了什么", "对什么", "用途", "详情")
#: A cell that begins like this would be calculated by a spreadsheet instead of shown.
FORMULA = ("=", "+", "-", "@", "\t")


@router.get("/audit")
def audit_page(
    request: Request, member: Auditor, *, who: Words = "", what: Words = "", about: Words = "", day_from: Day = "",
    day_to: Day = "", before: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:  # fmt: skip
    """Lines of the audit, newest first, looked for by person, deed, subject and days."""
    typed = {"who": who, "what": what, "about": about, "day_from": day_from, "day_to": day_to}
    lines = services_of(request).workplace.audit.search(_wanted(typed, before), SHOWN)
    return page("admin/audit.html", _context(request, typed, lines) | {"member": member, "verdict": None})


@router.post("/audit/verify", dependencies=GENUINE)
def verify(request: Request, member: Auditor) -> Response:
    """Read the whole chain and say whether it holds."""
    verdict: Verdict = services_of(request).workplace.audit.verify()
    typed = dict.fromkeys(("who", "what", "about", "day_from", "day_to"), "")
    lines = services_of(request).workplace.audit.search(Wanted(), SHOWN)
    return page("admin/audit.html", _context(request, typed, lines) | {"member": member, "verdict": verdict})


@router.post("/audit.csv", dependencies=GENUINE)
def export(
    request: Request, member: Auditor, *, who: Words = "", what: Words = "", about: Words = "", day_from: Day = "",
    day_to: Day = "",
) -> Response:  # fmt: skip
    """The same as a file that says in its first line who took it and when."""
    typed = {"who": who, "what": what, "about": about, "day_from": day_from, "day_to": day_to}
    services = services_of(request)
    lines = services.workplace.audit.export(_wanted(typed), member.staff)
    now = services.clock.now().astimezone(CHINA)
    mark = f"由 {member.staff.name}（{member.staff.login}）于 {now:%Y-%m-%d %H:%M} 导出"
    headers = SECURITY_HEADERS | {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(_file(lines, mark), media_type="text/csv; charset=utf-8", headers=headers)


def _file(lines: list[AuditLine], mark: str) -> Iterator[str]:
    yield "\ufeff"
    for row in ([mark], COLUMNS, *(_cells(line) for line in lines)):
        kept = io.StringIO()
        csv.writer(kept).writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row)
        yield kept.getvalue()


def _cells(line: AuditLine) -> tuple[str, ...]:
    at = f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return (str(line.id), at, line.actor, line.who, word("audit", line.action), line.subject, line.purpose, line.detail)


def _context(request: Request, typed: dict[str, str], lines: list[AuditLine]) -> dict[str, Any]:
    accounts = [(f"staff:{one.id}", one.name) for one in services_of(request).staff.list()]
    older = lines[-1].id if len(lines) == SHOWN else 0
    return {"here": "audit", "typed": typed, "lines": lines, "accounts": accounts, "older": older}


def _wanted(typed: dict[str, str], before: int = 0) -> Wanted:
    since, until = _day(typed["day_from"]), _day(typed["day_to"])
    return Wanted(
        typed["who"], typed["what"], typed["about"], since, until + timedelta(days=1) if until else None, before or None
    )


def _day(text: str) -> datetime | None:
    """Midnight of a day at which the country's clocks stand."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError as error:
        raise Invalid("knowledge_day", day=text) from error
