"""What the header of a statute file tells: title, number, issuer, the date it was published and the date it holds from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

DATED_NAME = re.compile(r"^(?P<name>.*?)[(（](?P<day>\d{4}-\d\d-\d\d)[)）]$")
TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
DAY = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日")
NUMBER = re.compile(
    r"(?:中华人民共和国)?((?:国务院|主席|[\u4e00-\u9fff]{2,20}?(?:部|局|委员会|法院|政府))?(?:令|公告)"
    r"第? ?[\d一二三四五六七八九十百〇零]+ ?号"
    r"|法释〔\d{4}〕\d+号|国发〔\d{4}〕\d+号|国办发〔\d{4}〕\d+号)"
)
CODE_FOLDER, MINISTRIES = "民法典", "部门规章"
REVISED = re.compile(r"修[正订改]")
WAIT = 3 * 366  # days: a later first day than this belongs to an earlier edition of the text

#: folder → what says who issued the text: a pattern over its header, and the answer when that finds nothing
ISSUERS: dict[str, tuple[str, str | None]] = {
    "行政法规": (r"(中央军事委员会|国务院)", "国务院"),
    "司法解释": (r"(最高人民法院、最高人民检察院|最高人民法院|最高人民检察院)", "最高人民法院"),
    "地方性法规": (
        r"((?:(?![经日由年月并])[\u4e00-\u9fff]){1,8}(?:省|市|自治县)(?:第[^届]{1,4}届)?人民代表大会(?:常务委员会)?)",
        None,
    ),
    MINISTRIES: (r"(?!)", None),
    "其他": (r"(?!)", None),
}
LAW_ISSUER = (r"(全国人民代表大会常务委员会|人民代表大会常务委员会|人民代表大会)", "全国人民代表大会常务委员会")


@dataclass(frozen=True)
class Header:
    """A statute's own account of itself; None where the file does not say."""

    title: str | None
    issuer: str | None
    number: str | None
    published: date | None
    in_force: date | None


def split_name(stem: str) -> tuple[str, date | None]:
    """居住证暂行条例(2015-11-26) → the title and the date of this version."""
    match = DATED_NAME.match(stem)
    if not match:
        return stem, None
    try:
        return match["name"], date.fromisoformat(match["day"])
    except ValueError:
        return match["name"], None


def read_header(path: str, head: str, body: str, day: date | None) -> Header:
    """Read the lines above the mark. `day` is the date in the file's name, the version's own."""
    numbers = NUMBER.findall(head)
    published = day or max(_days(head), default=None)
    return Header(
        title=" ".join(title.strip() for title in TITLE.findall(head)) or None,
        issuer=_issuer(PurePosixPath(path).parts, head),
        number=re.sub(r"\s", "", numbers[-1]) if numbers else None,
        published=published,
        in_force=_in_force(head, body, max([*_revised(head), *filter(None, [published])], default=None)),
    )


def _days(text: str) -> list[date]:
    found = []
    for year, month, day in DAY.findall(text):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _revised(head: str) -> list[date]:
    """Days of revisions: a file may hold a later text than the date in its name."""
    return [day for part in re.split(r"[\n，。；]|根据", head) if REVISED.search(part) for day in _days(part)]


def _in_force(head: str, body: str, published: date | None) -> date | None:
    """The day named with 施行, if it can belong to this version; else the day it was published or last revised."""
    effective = [day for line in head.split("\n") if "施行" in line for day in _days(line)]
    for sentence in re.findall(r"[^。\n]*自[^。\n]*(?:施行|实施)", body[-3000:]):
        effective += _days(sentence)
    if published is None:
        return max(effective, default=None)
    fitting = [day for day in effective if 0 <= (day - published).days <= WAIT]
    return min(fitting, default=published)


def _issuer(parts: tuple[str, ...], head: str) -> str | None:
    folder = next((part for part in parts[:-1] if part in ISSUERS), None)
    pattern, otherwise = ISSUERS[folder] if folder else LAW_ISSUER
    if folder == MINISTRIES and parts[-2] != folder:
        return parts[-2]
    found = re.findall(pattern, head)
    if not found:
        return "全国人民代表大会" if CODE_FOLDER in parts else otherwise
    # A city's rule is passed by the city and then approved by the province: the first body named is its own.
    issuer = re.sub(r"第[^届]{1,4}届", "", found[0])
    return issuer if folder or issuer.startswith("全国") else f"全国{issuer}"
