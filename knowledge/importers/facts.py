"""What a text says of itself: title, issuer, number, region, dates; read from the format's facts, the text, the name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from knowledge.importers.statute_header import split_name
from knowledge.importers.upload import Block
from knowledge.regions import Region, find_regions, most_exact
from knowledge.text import number

HEAD, TAIL = 12, 8  # blocks in which a text names itself, and in which it is signed
SHORTEST_TITLE, LONGEST_TITLE = 4, 80
DIGITS = dict(zip("〇零○Ｏ一二三四五六七八九", (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))

FIGURES = r"[\d一二三四五六七八九十]{1,3}"
YEAR = r"(?:\d{4}|[〇零○一二三四五六七八九]{4})"
DAY = rf"(?:{YEAR} ?年 ?{FIGURES} ?月 ?{FIGURES} ?日|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}})"
DAY_PARTS = re.compile(rf"({YEAR})\s?[年\-/.]\s?({FIGURES})\s?[月\-/.]\s?({FIGURES})")
BEGINS = re.compile(rf"自({DAY})起(?:正式)?(?:施行|实施|执行|生效|启用)|(?:施行|实施|生效)(?:日期|时间)[：:]\s*({DAY})")
AT_ONCE = re.compile(r"自(?:公布|发布|印发|颁布)之日起(?:正式)?(?:施行|实施|执行|生效)")
ENDS = re.compile(
    rf"有效期(?:至|到|截至|截止)[：: ]?({DAY})|(?:失效|废止)(?:日期|时间)[：:]\s*({DAY})|({DAY})(?:自动)?(?:废止|失效)"
)
PUBLISHED = re.compile(
    rf"(?:发布|公布|成文|印发|发文|颁布)(?:日期|时间)[：:]\s*({DAY})|({DAY})[^，。；\n]{{0,30}}?(?:公布|发布|印发|通过|颁布)"
)
ONLY_DAY = re.compile(rf"^[（(]?({DAY})[）)]?$")
NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,12}[〔\[［（(]\d{4}[〕\]］）)]\s?第?\s?\d{1,5}\s?号"
    r"|(?:中华人民共和国)?[\u4e00-\u9fff]{2,20}?(?:令|公告)\s?第?\s?[\d一二三四五六七八九十百〇零]+\s?号"
)
BODIES = (
    "人民代表大会常务委员会|人民代表大会|人民政府办公厅|人民政府办公室|人民政府|委员会|街道办事处|居民委员会|民政局"
    "|办公厅|办公室|总局|分局|局|厅|部|院|中心|总队|支队|大队|公司|协会"
)
BODY = re.compile(rf"^[\u4e00-\u9fff（）()、 ]{{2,40}}?(?:{BODIES})$")
ISSUED_BY = re.compile(
    r"^(?:发布机构|发文机关|发布单位|制定机关|发文单位|实施主体|实施机关|主办单位|主管部门|责任部门|来源|部门)[：:]\s*(\S{2,40})",
    re.MULTILINE,
)
TITLE_ISSUER = re.compile(rf"^([\u4e00-\u9fff、 ]{{2,40}}?(?:{BODIES}))关于")
NATIONAL = re.compile(r"^(?:全国|国务院|中华人民共和国|最高人民|国家)|^(?:[\u4e00-\u9fff]{2,6})部$|总局$")


@dataclass(frozen=True)
class Facts:
    """A text's own account of itself; None where neither it nor its name says."""

    title: str
    issuer: str | None
    number: str | None
    region: Region | None
    published: date | None
    valid_from: date | None
    valid_to: date | None


def read_facts(path: str, blocks: Sequence[Block], given: Mapping[str, str]) -> Facts:
    """`given` holds what the format names itself: title, issuer, published."""
    name, day = split_name(PurePosixPath(path).stem)
    head, whole = "\n".join(block.text for block in blocks[:HEAD]), "\n".join(block.text for block in blocks)
    title = _title(blocks, given) or name
    published = day or day_of(given.get("published", "")) or _first(PUBLISHED, head) or _signed(blocks)
    issuer = given.get("issuer") or _issuer(title, head, blocks)
    begins = _first(BEGINS, whole[-4000:]) or _first(BEGINS, whole[:4000])
    numbers = NUMBER.findall(head)
    return Facts(
        title=title,
        issuer=issuer,
        number=re.sub(r"\s", "", numbers[0]) if numbers else None,
        region=region_of(title, issuer, path),
        published=published,
        valid_from=begins or (published if AT_ONCE.search(whole) else None),
        valid_to=_first(ENDS, head) or _first(ENDS, whole[-2000:]),
    )


def day_of(text: str) -> date | None:
    """A day as papers and cells write it: 2024年3月1日, 二〇二四年三月一日, 2024-03-01, 2024/3/1; None for no day."""
    match = DAY_PARTS.search(text)
    if not match:
        return None
    year = int("".join(str(DIGITS.get(figure, figure)) for figure in match[1]))
    month, day = number(match[2]), number(match[3])
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None


def _first(pattern: re.Pattern[str], text: str) -> date | None:
    match = pattern.search(text)
    return day_of(next(part for part in match.groups() if part)) if match else None


def _title(blocks: Sequence[Block], given: Mapping[str, str]) -> str | None:
    """The first heading of the first level, else what the format calls its title, else a first line that looks like one."""
    head = blocks[:HEAD]
    marked = next((block.text for block in head if block.level == 1), None)
    texts = [marked, given.get("title"), *(block.text for block in head[:3] if _could_be_title(block.text))]
    found = next((text for text in texts if text and text.strip()), None)
    return " ".join(found.split())[:LONGEST_TITLE] if found else None


def _could_be_title(text: str) -> bool:
    line = " ".join(text.split())
    return SHORTEST_TITLE <= len(line) <= LONGEST_TITLE // 2 and not re.search(
        r"[。；：:，？?！|]|^第.{1,6}条|^\d|号$|^[一二三]、", line
    )


def _signed(blocks: Sequence[Block]) -> date | None:
    """The day that stands alone under a text, or under its title."""
    lines = [line.strip() for block in [*blocks[-TAIL:], *blocks[:HEAD]] for line in block.text.split("\n")]
    return next((day_of(match[1]) for line in lines if (match := ONLY_DAY.match(line))), None)


def _issuer(title: str, head: str, blocks: Sequence[Block]) -> str | None:
    if match := ISSUED_BY.search(head) or TITLE_ISSUER.match(title):
        return match[1].strip()
    lines = [line.strip() for block in blocks[-TAIL:] for line in block.text.split("\n")]
    before_day = (one for one, after in pairwise(lines) if ONLY_DAY.match(after) and BODY.match(one))
    return next(before_day, None)


def region_of(title: str, issuer: str | None, path: str) -> Region | None:
    """The place a text is for: named in its issuer or its title, or the nation for a national body; None if unknown."""
    for text in (issuer or "", title, *PurePosixPath(path).parts[:-1]):
        if found := most_exact(find_regions(text[:20])):
            return found
    if NATIONAL.search(issuer or "") or title.startswith("中华人民共和国"):
        return Region()
    return None
