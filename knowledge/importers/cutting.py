"""From blocks to passages: laws by their articles, guides by their headings, everything else by paragraphs.

The text of a passage stays verbatim; only white space at the ends of lines goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from knowledge.importers.sentences import warn
from knowledge.importers.upload import LAW, TEXT, Block, Piece
from knowledge.text import number, sentences

PIECE, LONGEST = 500, 900  # characters of a passage where nothing else cuts: aimed at, never more than
FEWEST_ARTICLES, LAW_SHARE = 2, 0.5  # a law has so many articles, and they are so much of its text
SHORT_HEADING = 30

ARTICLE = re.compile(
    r"^[第笫][ \u3000]?(?P<n>[一二三四五六七八九十百千零〇两\d][一二三四五六七八九十百千零〇两\d \u3000]*)条"
    r"(?P<of>之[一二三四五六七八九十]{1,3})?(?P<rest>.*)$",
    re.DOTALL,
)
CHAPTER = re.compile(r"^第[ \u3000]?[一二三四五六七八九十百\d \u3000]+[编章节](?:[ \u3000]|$|[^，。；、的规]{1,20}$)")
#: what would open a section of an own article: this text may become the body of one
MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|-{3,}\s*$)", re.MULTILINE)
ANNEX = re.compile(r"^(附件|附录|附表|附图|附则表|附[：: ])")
#: how headings look where the format does not mark them: pattern → level
LOOKS = (
    (re.compile(r"^第[一二三四五六七八九十]+(?:部分|章|编)[、 \u3000].{1,25}$"), 1),
    (re.compile(r"^[一二三四五六七八九十]+、[^。；，：:]{1,28}$"), 2),
    (re.compile(r"^【[^】]{2,20}】$"), 2),
    (re.compile(r"^[（(][一二三四五六七八九十]+[）)][^。；，：:]{1,24}$"), 3),
)
LABEL = re.compile(
    r"^(?P<mark>[一二三四五六七八九十\d]{0,3}[、.．]?[ \u3000]?)(?P<name>[^：:。；，]{2,10})[：:][ \u3000]*(?P<rest>.*)$",
    re.DOTALL,
)


@dataclass
class _Part:
    heading: str
    lines: list[str] = field(default_factory=list)


@cache
def guide_headings() -> frozenset[str]:
    """What the parts of a 办事指南 are called (guide_headings.txt)."""
    return frozenset(resources.files("knowledge.importers").joinpath("guide_headings.txt").read_text("utf-8").split())


def cut(blocks: Sequence[Block]) -> tuple[str, tuple[Piece, ...], tuple[str, ...]]:
    """(kind of document, its passages, warnings)."""
    blocks = [Block(MARKDOWN.sub("", block.text), block.level) for block in blocks]
    lines = [line.strip() for block in blocks for line in block.text.split("\n") if line.strip()]
    articles, before = _articles(lines)
    length = sum(map(len, lines))
    inside = sum(len(line) for part in articles for line in part.lines)
    if len(articles) >= FEWEST_ARTICLES and inside >= LAW_SHARE * length:
        warnings = [*_gaps(articles), *([warn("preamble")] if sum(map(len, before)) > LONGEST else [])]
        return LAW, _unique(_pieces(articles)), tuple(warnings)
    parts = _by_headings(blocks)
    if sum(bool(part.heading) for part in parts) >= FEWEST_ARTICLES:
        return TEXT, _unique(_pieces(parts)), ()
    return TEXT, _unique(_pieces([_Part("", [line for part in parts for line in _with_heading(part)])])), ()


def _with_heading(part: _Part) -> list[str]:
    return [part.heading, *part.lines] if part.heading else part.lines


def _articles(lines: Sequence[str]) -> tuple[list[_Part], list[str]]:
    """The articles in order, and the lines before the first one. Chapter titles belong to no article."""
    parts: list[_Part] = []
    before: list[str] = []
    collecting, last = False, 0
    for line in lines:
        if found := _article(line, last):
            heading, rest, last = found
            parts.append(_Part(heading, [rest] if rest else []))
            collecting = True
        elif parts and ANNEX.match(line):
            parts.append(_Part("附件"))
        elif CHAPTER.match(line):
            collecting = bool(parts) and parts[-1].heading == "附件"
        elif collecting:
            parts[-1].lines.append(line)
        elif not parts:
            before.append(line)
    return [part for part in parts if part.lines], before


def _article(line: str, last: int) -> tuple[str, str, int] | None:
    """(第X条, text behind it, X); None where a line only mentions an article at its beginning.

    Copied texts often lose the space behind 第X条; then only the number that is due counts.
    """
    match = ARTICLE.match(line)
    value = number("".join(match["n"].split())) if match else None
    if not match or value is None:
        return None
    rest = match["rest"]
    is_due = value == last + 1 or (bool(match["of"]) and value == last)
    if rest and not rest[0].isspace() and (not is_due or rest[0] in "的规、和至第款，"):
        return None
    return f"第{''.join(match['n'].split())}条{match['of'] or ''}", rest.strip(), value


def _gaps(articles: Sequence[_Part]) -> Iterator[str]:
    last = 0
    for part in articles:
        match = ARTICLE.match(part.heading)
        value = number(match["n"]) if match else None
        if value is not None and value not in (last, last + 1) and last:
            yield warn("gap", before=f"第{last}条", after=part.heading)
        last = value if value is not None else last


def _by_headings(blocks: Sequence[Block]) -> list[_Part]:
    """Parts under headings; a heading without text of its own is named before those below it."""
    parts, path = [_Part("")], dict[int, str]()
    for block in blocks:
        for level, text in _leveled(block):
            if not level:
                parts[-1].lines.append(text)
                continue
            path = {depth: name for depth, name in path.items() if depth < level}
            outer = next((name for depth, name in sorted(path.items(), reverse=True) if depth > 1), "")
            path[level] = text
            parts.append(_Part(f"{outer} {text}".strip()))
    return [part for part in parts if part.lines]


def _leveled(block: Block) -> Iterator[tuple[int, str]]:
    """The lines of a block with the level they look to have; 申请材料：身份证 is a heading and a line."""
    if block.level:
        yield block.level, " ".join(block.text.split())[: 2 * SHORT_HEADING]
        return
    for written in block.text.split("\n"):
        line = written.strip()
        label = LABEL.match(line)
        bare = re.sub(r"^[一二三四五六七八九十\d（()）、.． \u3000]+|[：: ]+$", "", line)
        if label and label["name"].strip() in guide_headings():
            yield 2, label["name"].strip()
            if label["rest"].strip():
                yield 0, label["rest"].strip()
        elif bare in guide_headings():
            yield 2, bare
        elif len(line) <= SHORT_HEADING and (level := next((n for look, n in LOOKS if look.match(line)), 0)):
            yield level, line
        elif line:
            yield 0, line


def _pieces(parts: Sequence[_Part]) -> Iterator[Piece]:
    """Long parts in several passages; parts without a heading are numbered."""
    for part in parts:
        groups = list(_groups(part.lines))
        for n, group in enumerate(groups, 1):
            numbered = f"{part.heading}（{n}）" if len(groups) > 1 else part.heading
            heading = numbered if part.heading else f"第{n}段"
            yield Piece(heading, "\n".join(group))


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines in order, together at most LONGEST characters; a part that fits stays whole."""
    if sum(map(len, lines)) <= LONGEST:
        yield list(lines)
        return
    group: list[str] = []
    for line in (short for whole in lines for short in _short(whole)):
        if group and sum(map(len, group)) + len(line) > PIECE:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _short(line: str) -> Iterator[str]:
    """A line as it is, or a very long one in groups of sentences, hard cut where it has none."""
    if len(line) <= LONGEST:
        yield line
        return
    held = ""
    for sentence in sentences(line) or [line]:
        for start in range(0, len(sentence), LONGEST):
            part = sentence[start : start + LONGEST]
            if held and len(held) + len(part) > PIECE:
                yield held
                held = ""
            held += part
    if held:
        yield held


def _unique(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """The same passages, a heading that came before numbered; passages that are word for word the same only once."""
    seen: dict[str, int] = {}
    out: list[Piece] = []
    for piece in dict.fromkeys(pieces):
        seen[piece.heading] = count = seen.get(piece.heading, 0) + 1
        out.append(piece if count == 1 else Piece(f"{piece.heading}（{count}）", piece.text))
    return tuple(out)
