"""html into blocks: scripts, styles, forms, navigation and hidden parts dropped; tables row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from knowledge.importers.sentences import refuse, warn
from knowledge.importers.tables import rows_as_text
from knowledge.importers.upload import Block, Reading

DROPPED = frozenset(  # one word after another reads better than a list
    (  # noqa: SIM905
        "script style noscript template iframe object embed applet svg math canvas audio video map nav aside "
        "dialog menu button input select option textarea datalist label fieldset legend head link meta base "
        "frameset"
    ).split()
)
PARAGRAPHS = frozenset(  # one word after another reads better than a list
    (  # noqa: SIM905
        "p div li dd dt blockquote pre section article main header footer address figcaption caption ul ol "
        "dl center body form html td th tr table h1 h2 h3 h4 h5 h6 hr details summary"
    ).split()
)
HEADINGS = {f"h{n}": n for n in range(1, 7)}
OUTSIDE = frozenset({"header", "footer"})  # dropped unless they belong to the text itself
NAVIGATION = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumb|crumbs?|sidebar|share|toolbar|pagination|footer|copyright|topbar|search)(?:$|[\s_-])",
    re.IGNORECASE,
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|;|$)", re.IGNORECASE)
FORM_HOLDS_THE_TEXT = 0.5  # some sites wrap the whole page in a form; then only its fields go
BREAK = "\x1f"  # stands for `br` until a paragraph is whole
SOURCE_END = re.compile(r"(?<=[\u3000-\uffef])[ \t]*\r?\n\s*(?=[\u3000-\uffef])")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: names of `meta` elements → fact; those of Chinese government pages first
FACTS = {"articletitle": "title", "pubdate": "published", "contentsource": "issuer"}


def read_html(name: str, text: str) -> Reading:
    """The text of a page. Raises BadFile when nothing is left to read."""
    from lxml import etree, html

    try:
        parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
        root = html.document_fromstring(DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise refuse(name, "broken") from error
    facts = tuple(_facts(root))
    cleaned = _clean(root)
    blocks = tuple(_blocks(_main(root)))
    if not blocks:
        raise refuse(name, "no_text")
    return Reading(blocks, facts, (warn("cleaned"),) if cleaned else ())


def _facts(root: Any) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        fact = FACTS.get(str(meta.get("name", "")).lower())
        if fact and meta.get("content", "").strip():
            yield fact, meta.get("content").strip()
    title = next(root.iter("title"), None)
    if title is not None and (title.text or "").strip():
        yield "page_title", title.text.strip()


def _clean(root: Any) -> bool:
    """Drop what is no text of the page; whether anything was."""
    whole = len(root.text_content())
    dropped = False
    for element in list(root.iter()):
        if element.getparent() is None or element.tag == "body" or not isinstance(element.tag, str):
            continue
        if _is_dropped(element, whole):
            dropped = dropped or element.tag != "head"
            element.drop_tree()
    return dropped


def _is_dropped(element: Any, whole: int) -> bool:
    if element.tag == "form":
        return len(element.text_content()) < FORM_HOLDS_THE_TEXT * whole
    if element.tag in OUTSIDE:
        return next(element.iterancestors("article", "main"), None) is None
    named = f"{element.get('class', '')} {element.get('id', '')} "
    return (
        element.tag in DROPPED
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or element.get("role") in ("navigation", "search", "menu", "banner", "contentinfo")
        or bool(HIDDEN.search(element.get("style", "")))
        or (bool(NAVIGATION.search(named)) and len(element.text_content()) < FORM_HOLDS_THE_TEXT * whole)
    )


def _main(root: Any) -> Any:
    """The part that holds the text where the page marks it."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = root.findall(path)
        if len(found) == 1:
            return found[0]
    body = root.find("body")
    return body if body is not None else root


def _blocks(root: Any) -> Iterator[Block]:
    """Text between the ends of paragraphs, in order. Tables inside a table are read as text of its cell."""
    held: list[str] = []
    skipping = None
    for event, element in _walk(root):
        if skipping is not None:
            if event == "end" and element is skipping:
                skipping = None
                held.append(element.tail or "")
            continue
        if event == "start" and element.tag == "table" and _is_data(element):
            yield from _flush(held, 0)
            yield from rows_as_text(_rows(element))
            skipping = element
            continue
        ends = element.tag in PARAGRAPHS
        if ends:
            yield from _flush(held, HEADINGS.get(element.tag, 0) if event == "end" else 0)
        if event == "start":
            held += [BREAK if element.tag == "br" else "", element.text or ""]
        elif element is not root:
            held.append(element.tail or "")
    yield from _flush(held, 0)


def _walk(root: Any) -> Iterator[tuple[str, Any]]:
    from lxml import etree

    yield from etree.iterwalk(root, events=("start", "end"))


def _flush(held: list[str], level: int) -> Iterator[Block]:
    for line in _squeezed("".join(held)):
        yield Block(line, level)
    held.clear()


def _squeezed(text: str) -> Iterator[str]:
    """The lines that `br` made. Line ends of the source are spaces, between hanzi not even that, as in a browser."""
    for line in SOURCE_END.sub("", text).split(BREAK):
        if words := " ".join(line.split()):
            yield words


def _is_data(table: Any) -> bool:
    """Whether a table holds facts: pages laid out by tables nest them or put everything in one cell."""
    return next(table.iterdescendants("table"), None) is None and len(list(table.iter("td", "th"))) > 1


def _rows(table: Any) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
