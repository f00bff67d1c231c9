"""Small real files of every format, made by the libraries that read them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

LINE = 24  # points between two printed lines


def word(*lines: str | tuple[int, str] | Sequence[Sequence[str]], change=None) -> bytes:
    """A docx: strings are paragraphs, (level, text) headings, lists of lists tables. `change` may alter the document."""
    document = docx.Document()
    for line in lines:
        if isinstance(line, str):
            document.add_paragraph(line)
        elif isinstance(line, tuple):
            document.add_heading(line[1], line[0])
        else:
            table = document.add_table(len(line), len(line[0]))
            for row, cells in zip(table.rows, line, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _names(**entries: object) -> DictionaryObject:
    wrapped = {f"/{key}": NameObject(f"/{value}") if isinstance(value, str) else value for key, value in entries.items()}
    return DictionaryObject({NameObject(key): value for key, value in wrapped.items()})


def _font(writer: PdfWriter) -> DictionaryObject:
    """A Chinese font that every reader has, so that nothing is embedded."""
    system = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("GB1"),
            NameObject("/Supplement"): NumberObject(5),
        }
    )
    below = _names(Type="Font", Subtype="CIDFontType0", BaseFont="STSong-Light", CIDSystemInfo=system, DW=NumberObject(1000))
    descendants = ArrayObject([writer._add_object(below)])
    return _names(Type="Font", Subtype="Type0", BaseFont="STSong-Light", Encoding="UniGB-UTF16-H", DescendantFonts=descendants)


def pdf(*pages: Sequence[str], password: str | None = None) -> bytes:
    """A pdf of printed lines; a page without lines is blank."""
    writer = PdfWriter()
    font = writer._add_object(_font(writer))
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        shown = "".join(
            f"1 0 0 1 60 {780 - LINE * n} Tm <{line.encode('utf-16-be').hex()}> Tj " for n, line in enumerate(lines)
        )
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 14 Tf {shown}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = _names(Font=_names(F1=font))
    if password is not None:
        writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scan(pages: int = 2) -> bytes:
    """A pdf of pictures, as a copier makes it."""
    images = [Image.new("L", (600, 800), 200) for _ in range(pages)]
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:])
    return out.getvalue()


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def repacked(data: bytes, extra: dict[str, bytes] | None = None, without: Sequence[str] = ()) -> bytes:
    """An Office file with parts added, replaced or taken away."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name not in without}
    return packed({**members, **(extra or {})})


def locked_zip() -> bytes:
    """A zip whose members say that they are encrypted."""
    data = bytearray(packed({"a.txt": b"secret words"}))
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)
