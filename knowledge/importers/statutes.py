"""Statute Markdown: a header of dates, `<!-- INFO END -->`, then chapters (`##`) and paragraphs that begin with 第X条.

Knows the irregularities of real collections: spaces inside 第…条, 第X条之一, the wrong character 笫, section titles
without a mark, annexes running on from the last article, invisible characters, texts without articles. Preambles
are left out: nobody is answered from one. Texts that only amend another text yield no passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from knowledge.errors import BadFile
from knowledge.importers.statute_header import Header, read_header, split_name
from knowledge.model import STATUTE, Document, Section
from knowledge.regions import Region, find_regions, parse_region
from knowledge.text import clean

HEADER_END = "<!-- INFO END -->"
LOCAL_FOLDER = "地方性法规"
PIECE = 700  # characters of one passage where a text has no articles

HEADING = re.compile(
    r"^[ \u3000]*[第笫](?P<n>[ \u3000]?[一二三四五六七八九十百千零〇两\d][一二三四五六七八九十百千零〇两\d \u3000]*)条"
    r"(?P<of>之[一二三四五六七八九十]{1,3})?(?P<rest>.*)$"
)
BARE_TITLE = re.compile(r"^[^\d，。；：？！,;:?!（(《“\"第][^\d，。；：？！,;:?!（(《“\"]{1,29}$")
ANNEX = re.compile(r"^(附件|附录|附表|附图|附[：: ]|注[：:])")
TITLE = r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》"
ENDING = "同时废止|即行废止|予以废止|不再执行|停止执行|停止施行"
#: a whole text is ended, not 《…》中有关…的规定 and not one of its articles; or a decision says 废止《…》
ENDS_ANOTHER = re.compile(
    rf"{TITLE}(?=(?:(?!中有关|中关于|第[一二三四五六七八九十百零]+条)[^。；])*?(?:{ENDING}))|(?<=废止){TITLE}"
)
ENDING_PART = 2500  # characters at the end of a text where it names what it ends
#: Written about law, not law: 劳动仲裁的攻略 must never be quoted as if it were one.
ADVICE = re.compile(r"(攻略|指南|教程|手册|案例|问答|须知)$")
AMENDING = re.compile(r"^[^《]*修正案([(（][^)）]*[)）])?$|修改.*的决定$|废止.*的决定$")


@dataclass
class _Article:
    heading: str
    paragraphs: list[str] = field(default_factory=list)


def read_statute(path: str, text: str) -> Document:
    """One statute from its Markdown. `path` is relative to the import root. Raises BadFile."""
    body = clean(text)
    head, mark, rest = body.partition(HEADER_END)
    if not mark:
        head, rest = _header_by_guess(body)
    if not rest.strip():
        raise BadFile(path, "没有正文，已跳过")
    name, day = split_name(PurePosixPath(path).stem)
    header = read_header(path, head, rest, day)
    articles = _cut(rest)
    if not articles and ADVICE.search(name):
        raise BadFile(path, "是攻略、指南一类的文章，不是法规，已跳过")
    sections = tuple(_section(name, article) for article in articles if article.paragraphs)
    if AMENDING.search(name):
        sections = ()
    elif not sections:
        sections = tuple(_pieces(name, rest))
    return _document(path, name, header, sections, rest)


def _document(path: str, name: str, header: Header, sections: tuple[Section, ...], rest: str) -> Document:
    return Document(
        path=path,
        kind=STATUTE,
        title=header.title or name,
        issuer=header.issuer,
        number=header.number,
        region=_region(path, name),
        published=header.published,
        in_force=header.in_force,
        sections=sections,
        repeals=_ended_titles(name, rest),
        family=f"{PurePosixPath(path).parent}/{name}",
    )


def _ended_titles(name: str, rest: str) -> tuple[str, ...]:
    """Titles of the texts that this one ends."""
    part = rest if "废止" in name else rest[-ENDING_PART:]
    return tuple(dict.fromkeys("".join((whole or named).split()) for whole, named in ENDS_ANOTHER.findall(part)))


def _header_by_guess(body: str) -> tuple[str, str]:
    """Header and text of a file that lacks the mark: the text begins at the first chapter or article."""
    lines = body.split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("## ") or _heading(line)), len(lines[:1]))
    return "\n".join(lines[:start]), "\n".join(lines[start:])


def _heading(line: str) -> tuple[str, str] | None:
    """(第X条, text behind it), or None where the line only mentions an article at its beginning."""
    match = HEADING.match(line)
    if not match:
        return None
    numeral, rest = match["n"], match["rest"]
    spaced_inside = numeral != numeral.strip()
    if rest and not rest[0].isspace() and not spaced_inside:
        return None
    return f"第{''.join(numeral.split())}条{match['of'] or ''}", rest.strip()


def _cut(body: str) -> list[_Article]:
    """The articles in order; what stands before the first one is dropped."""
    articles: list[_Article] = []
    collecting = False
    for line in (line.strip() for line in body.split("\n")):
        if line.startswith("#"):
            collecting = False
        elif found := _heading(line):
            if collecting:
                _drop_bare_title(articles[-1])
            articles.append(_Article(found[0], [found[1]] if found[1] else []))
            collecting = True
        elif line and collecting:
            articles[-1].paragraphs.append(line)
    if articles:
        _split_annex(articles)
    return articles


def _drop_bare_title(article: _Article) -> None:
    """The title of the next section, printed without a mark, is not part of this article."""
    if len(article.paragraphs) > 1 and BARE_TITLE.match(article.paragraphs[-1]):
        article.paragraphs.pop()


def _split_annex(articles: list[_Article]) -> None:
    last = articles[-1]
    for i, paragraph in enumerate(last.paragraphs[1:], 1):
        if ANNEX.match(paragraph) or (BARE_TITLE.match(paragraph) and i + 1 < len(last.paragraphs)):
            annex, last.paragraphs = last.paragraphs[i:], last.paragraphs[:i]
            articles.extend(_Article(f"附件{n}", piece) for n, piece in enumerate(_group(annex), 1))
            return
    _drop_bare_title(last)


def _group(paragraphs: list[str]) -> list[list[str]]:
    """Paragraphs in order, in groups of about PIECE characters."""
    groups: list[list[str]] = [[]]
    for paragraph in paragraphs:
        if groups[-1] and sum(map(len, groups[-1])) + len(paragraph) > PIECE:
            groups.append([])
        groups[-1].append(paragraph)
    return groups


def _section(title: str, article: _Article) -> Section:
    text = "\n".join(article.paragraphs)
    return Section(article.heading, text, f"{title} {text}", f"{title} {text}")


def _pieces(title: str, body: str) -> list[Section]:
    """Passages of a text that has no articles: its paragraphs in groups, numbered."""
    paragraphs = [line.strip().lstrip("# ") for line in body.split("\n") if line.strip()]
    return [_section(title, _Article(f"第{n}段", group)) for n, group in enumerate(_group(paragraphs), 1)]


def _region(path: str, name: str) -> Region:
    """Local rules lie in their province's folder; a city's name stands at the beginning of the title."""
    parts = PurePosixPath(path).parts
    if LOCAL_FOLDER not in parts[:-1]:
        return Region()
    province = parse_region(parts[parts.index(LOCAL_FOLDER) + 1]) or Region()
    cities = [found for found in find_regions(name[:8]) if found.province == province.province and found.city]
    return cities[0] if cities else province
