"""How long people waited and cases took, by month or week: a page of tables and charts, JSON for the charts, a file."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from bot.desk.guards import Supervisor, services_of
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.routes import JsonRoute, PageRoute
from bot.desk.words import word
from bot.services.measure_charts import Hours, MeasureCharts, Series, as_file
from bot.services.measure_periods import By, Period

router = APIRouter(route_class=PageRoute, include_in_schema=False)
api = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])
Step = Annotated[By, Query(description="month 按月，最近 12 个月；week 按周，最近 13 周")]
Twin = Annotated[Hours, Query(description="all 全部时间；office 只算工作时间")]
COLUMNS = ("图", "口径", "周期", "起始日", "项目", "数值", "单位", "周期已完")


class ShownPeriod(BaseModel):
    """一个月或一周。"""

    label: str = Field(description="短名，写在图上")
    running: bool = Field(description="为真时这个周期还没完，数字会变")


class ShownSeries(BaseModel):
    """图里的一条线，或一种颜色的柱。"""

    key: str
    name: str
    values: list[float | None] = Field(description="每个周期一个数：时间为秒，次数为个；没有发生的为 null")


class ShownChart(BaseModel):
    """一张图：时间画成线，次数画成叠起来的柱。"""

    key: str
    name: str
    unit: Literal["minute", "hour", "count"] = Field(description="竖轴的单位")
    target: float | None = Field(description="承诺的时间（秒），没有则为 null")
    series: list[ShownSeries]


class ShownMeasures(BaseModel):
    """等待和办理的时间、次数；与统计页的表格是同样的数字。"""

    by: By
    hours: Hours
    periods: list[ShownPeriod]
    charts: list[ShownChart]


@router.get("/measures")
def measures_page(request: Request, member: Supervisor, by: Step = "month", hours: Twin = "all") -> Response:
    """The tables, whole without a script, and room for the charts."""
    measures = _charts(request).of(by, hours, member.staff)
    context = {"member": member, "here": "measures", "measures": measures, "label": label, "cell": cell}
    return page("admin/measures.html", context)


@api.get("/measures", summary="等待和办理的时间、次数，按月或按周")
def measures_numbers(request: Request, member: Supervisor, by: Step = "month", hours: Twin = "all") -> ShownMeasures:
    """What the charts draw."""
    measures = _charts(request).of(by, hours, member.staff)
    charts = [
        ShownChart(
            key=chart.key, name=word("chart", chart.key), unit=chart.unit, target=chart.target,
            series=[
                ShownSeries(key=one.key, name=word("series", one.key), values=list(one.values))
                for one in chart.series if one.drawn
            ],
        )
        for chart in measures.charts
    ]  # fmt: skip
    shown = [ShownPeriod(label=label(one, by, short=True), running=one.running) for one in measures.periods]
    return ShownMeasures(by=by, hours=hours, periods=shown, charts=charts)


@router.get("/measures.csv")
def measures_file(request: Request, member: Supervisor, by: Step = "month") -> Response:
    """Every number of the page with both twins, one a line, for a spreadsheet."""
    rows = [
        (
            word("chart", chart.key), word("hours", measures.hours) if chart.unit != "count" else "", label(period, by),
            period.first.isoformat(), word("series", one.key), "" if value is None else round(value, 4),
            word("unit", one.unit), "否" if period.running else "是",
        )
        for measures, chart, one in _charts(request).table(by, member.staff)
        for period, value in zip(measures.periods, one.values, strict=True)
    ]  # fmt: skip
    headers = SECURITY_HEADERS | {"Content-Disposition": f'attachment; filename="measures-{by}.csv"'}
    return Response(as_file([COLUMNS, *rows]), media_type="text/csv; charset=utf-8", headers=headers)


def label(period: Period, by: By, *, short: bool = False) -> str:
    """2026年11月, 2026年11月16日那周; short, as below a chart: 11月 (with the year in January), 11/16."""
    first = period.first
    if not short:
        return f"{first.year}年{first.month}月" + ("" if by == "month" else f"{first.day}日那周")
    if by == "week":
        return f"{first.month}/{first.day}"
    return f"{first.year}年" if first.month == 1 else f"{first.month}月"


def cell(one: Series, place: int) -> str:
    """A number of a table as words: 3分20秒, 92.5%, 17; a dash where nothing happened."""
    value = one.values[place]
    if value is None:
        return "—"
    if one.unit == "share":
        return f"{value:.1%}"
    return span(float(value)) if one.unit == "seconds" else str(value)


def span(seconds: float | None) -> str:
    """A time in words: 45秒, 3分20秒, 2小时5分; a dash for None."""
    if seconds is None:
        return "—"
    whole = int(seconds)
    if whole < 60:  # noqa: PLR2004  # a minute
        return f"{whole}秒"
    return f"{whole // 60}分{whole % 60}秒" if whole < 3600 else f"{whole // 3600}小时{whole % 3600 // 60}分"  # noqa: PLR2004  # an hour


def _charts(request: Request) -> MeasureCharts:
    services = services_of(request)
    return MeasureCharts(services.database, services.clock, services.case_desk)
