"""What an uploaded file would become: `read_upload`, for the admin pages and the command. Reads, decides, writes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from knowledge.errors import BadFile
from knowledge.importers.archive import members
from knowledge.importers.articles import FENCE, read_article
from knowledge.importers.cutting import cut
from knowledge.importers.decoding import decode
from knowledge.importers.facts import read_facts
from knowledge.importers.markdown import read_markdown, read_text
from knowledge.importers.pdf import read_pdf
from knowledge.importers.sentences import refuse, warn
from knowledge.importers.sheet import Line, first_sheet, lines_of_csv, read_csv, read_xlsx, template
from knowledge.importers.sniffing import format_of
from knowledge.importers.statutes import HEADER_END, read_statute
from knowledge.importers.upload import FAQ, LAW, TEXT, Block, Draft, Piece, Reading, Upload
from knowledge.importers.web import read_html
from knowledge.importers.word import read_word
from knowledge.model import STATUTE, Document

__all__ = ["Draft", "Piece", "Upload", "read_table", "read_upload", "template"]

#: words said to a machine; such text is quoted like any other, but an admin should have seen it
ORDERS = re.compile(
    r"(?:忽略|无视|忘记)[^。\n]{0,12}(?:指令|指示|提示|规则|要求)|(?:ignore|disregard)[^.\n]{0,30}(?:instruction|prompt)s?|系统提示词|你现在是[^。\n]{0,10}(?:助手|模型)",
    re.IGNORECASE,
)


def read_upload(name: str, data: bytes) -> Upload:
    """Read one uploaded file; `name` is what the admin's computer calls it, its folders do not count.

    Raises BadFile with one Chinese sentence: broken, empty, too large, another encoding, unknown, dangerous, locked,
    scanned. Nothing anywhere has changed then, or afterwards.
    """
    short = re.split(r"[/\\]", name)[-1].strip() or "文件"
    return read_file(short, data)


def read_table(name: str, data: bytes) -> list[Line]:
    """The filled rows of the first sheet of an xlsx or csv file, as (number, cells). Raises BadFile as `read_upload`."""
    found = format_of(name, data)
    if found not in ("csv", "xlsx"):
        raise refuse(name, "no_table")
    lines = first_sheet(name, data) if found == "xlsx" else lines_of_csv(name, decode(name, data))
    return [(number, cells) for number, cells in lines if any(cells)]


def read_file(path: str, data: bytes) -> Upload:
    """As `read_upload`, the name with its folders, which may tell the region."""
    found = format_of(path, data)
    if found == "zip":
        return _read_zip(path, data)
    if found in ("csv", "xlsx"):
        drafts, warnings, wrong = read_xlsx(path, data) if found == "xlsx" else read_csv(path, decode(path, data))
        upload = Upload(path, tuple(drafts), tuple(warnings), tuple(wrong))
    elif found == "md" and (own := _marked(path, decode(path, data))):
        return Upload(path, (own,))
    else:
        draft, warnings = _draft(path, _reading(path, found, data))
        upload = Upload(path, (draft,), tuple(warnings))
    return replace(upload, warnings=(*upload.warnings, *_about(upload.documents)))


def _read_zip(name: str, data: bytes) -> Upload:
    """All documents of a zip; what cannot be read is said and left out, unless nothing is left."""
    uploads: list[Upload] = []
    bad: list[BadFile] = []
    for path, content in members(name, data):
        try:
            uploads.append(read_file(path, content))
        except BadFile as error:
            bad.append(error)
    if not uploads:
        raise BadFile(name, str(bad[0])) if bad else refuse(name, "nothing_inside")
    return Upload(
        name,
        tuple(draft for upload in uploads for draft in upload.documents),
        tuple(f"{upload.name}：{sentence}" for upload in uploads for sentence in upload.warnings),
        (*map(str, bad), *(sentence for upload in uploads for sentence in upload.errors)),
    )


def _reading(path: str, found: str, data: bytes) -> Reading:
    if found == "docx":
        return read_word(path, data)
    if found == "pdf":
        return read_pdf(path, data)
    text = decode(path, data)
    if found == "html":
        return read_html(path, text)
    return read_markdown(text) if found == "md" else read_text(text)


def _draft(path: str, reading: Reading) -> tuple[Draft, list[str]]:
    given = dict(reading.facts)
    facts = read_facts(path, reading.blocks, given)
    blocks = _without_title(reading.blocks, facts.title)
    kind, pieces, warnings = cut(blocks)
    if not pieces:
        raise refuse(path, "no_text")
    draft = Draft(
        path=path,
        kind=kind,
        title=facts.title,
        passages=pieces,
        issuer=facts.issuer,
        number=facts.number,
        region=facts.region,
        published=facts.published,
        valid_from=facts.valid_from or facts.published,
        valid_to=facts.valid_to,
    )
    return draft, [*reading.warnings, *warnings]


def _without_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """The title stands above every passage already."""
    first = next((n for n, block in enumerate(blocks[:3]) if " ".join(block.text.split()) == title), None)
    return blocks if first is None or len(blocks) == 1 else (*blocks[:first], *blocks[first + 1 :])


def _about(drafts: tuple[Draft, ...]) -> list[str]:
    """What to look at, each sentence once."""
    found: list[str] = []
    for draft in drafts:
        found += [] if draft.region else [warn("no_region")]
        found += [] if draft.issuer or draft.kind == FAQ else [warn("no_issuer")]
        found += [] if draft.valid_from or draft.kind == FAQ else [warn("no_date")]
        if draft.valid_to and draft.valid_to < date.today():  # noqa: DTZ011  # the day where the server stands
            found.append(warn("expired", day=draft.valid_to.isoformat()))
        orders = next((match for piece in draft.passages if (match := ORDERS.search(piece.text))), None)
        found += [warn("orders", quote=orders.group())] if orders else []
    return list(dict.fromkeys(found))


def _marked(path: str, text: str) -> Draft | None:
    """An own article (front matter) or a statute of a collection (its mark); None for other Markdown. Raises BadFile."""
    if text.lstrip().startswith(FENCE):
        return _from_document(read_article(path, text))
    return _from_document(read_statute(path, text)) if HEADER_END in text else None


def _from_document(document: Document) -> Draft:
    return Draft(
        path=document.path,
        kind=LAW if document.kind == STATUTE else TEXT,
        title=document.title,
        passages=tuple(Piece(section.article, section.text) for section in document.sections),
        issuer=document.issuer,
        number=document.number,
        region=document.region,
        published=document.published,
        valid_from=document.in_force,
        questions=document.asked,
    )
