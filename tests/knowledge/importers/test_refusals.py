"""Every file that is not taken is refused with one clear sentence, whatever its bytes are."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import BadFile
from knowledge.importers import sniffing
from knowledge.importers.preview import read_upload
from tests.knowledge.importers import files

WORD = files.word("一段文字。")
BOMB = files.packed({"a.txt": b"0" * 60_000_000})
MANY = files.packed({f"{n}.txt": "文字".encode() for n in range(sniffing.MEMBERS + 1)})
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
LOCKED_OFFICE = b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "空的", id="empty"),
        pytest.param("a.txt", b"\xef\xbb\xbf \n", "空的", id="only a mark"),
        pytest.param("a.txt", b"a" * (sniffing.LARGEST + 1), "超过 20 MB", id="too large"),
        pytest.param("a.txt", ("街道辦事處通知：請各位居民按時繳納物業費。" * 3).encode("big5"), "编码", id="Big5"),
        pytest.param("a.txt", bytes(range(1, 256)) * 4, "编码", id="rubbish"),
        pytest.param("a.txt", b"abc\x00def" * 20, "不是文字", id="binary"),
        pytest.param("a.csv", b"\xff\xfe\x00", "编码", id="half of UTF-16"),
        pytest.param("a.dat", "文字".encode(), "不认识", id="unknown"),
        pytest.param("文件", "文字".encode(), "不认识", id="no suffix"),
        pytest.param("a.docx", WORD[:-200], "损坏", id="cut off docx"),
        pytest.param("a.docx", files.repacked(WORD, {"word/document.xml": b"<w:document"}), "损坏", id="docx of broken XML"),
        pytest.param("a.docx", files.repacked(WORD, {"[Content_Types].xml": b"<Types/>"}), "损坏", id="docx without types"),
        pytest.param("a.docx", "没有压缩".encode(), "损坏", id="docx that is text"),
        pytest.param("a.docx", files.word(""), "没有读到文字", id="docx without text"),
        pytest.param(
            "a.xlsx",
            files.repacked(files.workbook(a=[["问题", "答案"]]), without=["xl/worksheets/sheet1.xml"]),
            "损坏",
            id="xlsx without its sheet",
        ),
        pytest.param("a.pdf", files.pdf(["一行文字写在这里，一共十几个字。"])[:300], "损坏", id="cut off pdf"),
        pytest.param("a.pdf", b"%PDF-1.7\n" + b"x" * 500, "损坏", id="pdf of nothing"),
        pytest.param("a.pdf", files.scan(3), "扫描件，3 页", id="scan"),
        pytest.param("a.pdf", files.pdf(["秘密的文字"], password="secret"), "密码", id="locked pdf"),
        pytest.param("a.zip", files.locked_zip(), "密码", id="locked zip"),
        pytest.param("a.docx", LOCKED_OFFICE, "密码", id="locked docx"),
        pytest.param("a.doc", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "旧格式", id="old Word"),
        pytest.param("a.docm", WORD, "宏", id="docm"),
        pytest.param("a.xlsm", b"PK\x03\x04", "宏", id="xlsm"),
        pytest.param("a.docx", files.repacked(WORD, {"word/vbaProject.bin": b"x"}), "宏", id="docm by another name"),
        pytest.param("a.docx", files.repacked(WORD, {"word/document.xml": ENTITIES}), "DOCTYPE", id="entities"),
        pytest.param("a.xlsx", WORD, "docx", id="docx called xlsx"),
        pytest.param("a.txt", WORD, "docx", id="docx called txt"),
        pytest.param("a.pdf", b"MZ\x90\x00" + b"\x00" * 99, "程序", id="program called pdf"),
        pytest.param("a.txt", b"\x7fELF\x02\x01", "程序", id="program called txt"),
        pytest.param("a.txt", b"#!/bin/sh\nrm -rf /", "程序", id="script called txt"),
        pytest.param("a.pdf.exe", b"%PDF-1.4", "程序", id="pdf called exe"),
        pytest.param("a.pdf", b"\x89PNG\r\n\x1a\n", "图片", id="picture called pdf"),
        pytest.param("a.zip", BOMB, "太大", id="zip bomb by ratio"),
        pytest.param("a.docx", files.repacked(WORD, {"word/media/a.xml": b"0" * 60_000_000}), "太大", id="docx bomb"),
        pytest.param("a.zip", MANY, "超过 500", id="zip of too many"),
        pytest.param("a.zip", files.packed({"b/c.zip": files.packed({"a.txt": b"a"})}), "还有压缩包", id="zip in a zip"),
        pytest.param("a.zip", files.packed({"b/c.exe": b"MZ"}), "程序", id="program in a zip"),
        pytest.param("a.zip", files.packed({"b/c.docm": WORD}), "宏", id="macros in a zip"),
        pytest.param("a.zip", files.packed({}), "没有可以导入", id="empty zip"),
        pytest.param("a.zip", files.packed({"a.txt": b"a" * 999}, zipfile.ZIP_LZMA), "压缩方式", id="another method"),
        pytest.param("a.zip", files.packed({"扫描.pdf": files.scan(1)}), "扫描件", id="zip of one scan"),
        pytest.param("a.csv", "名称,电话\n居委会,123".encode(), "“问题”和“答案”", id="csv of something else"),
        pytest.param("a.csv", "问题,答案\n".encode(), "只有标题", id="csv without rows"),
        pytest.param("a.csv", "问题,答案\n,早上七点\n".encode(), "第 2 行：没有写问题", id="csv of one wrong row"),
        pytest.param("a.html", b"<script>alert(1)</script><nav>a</nav>", "没有读到文字", id="page of script"),
        pytest.param("a.md", b"---\ntitle: x\n---\n## a\nb\n", "缺少", id="half an article"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_one_sentence(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_upload(name, data)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_pdf_that_only_its_owner_may_change_can_be_read() -> None:
    data = files.pdf(["一行文字写在这里，一共十几个字。"], password="")
    assert read_upload("a.pdf", data).documents[0].passages[0].text == "一行文字写在这里，一共十几个字。"


def test_many_members_that_are_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniffing, "UNPACKED", 1000)
    with pytest.raises(BadFile, match="太大"):
        read_upload("a.zip", files.packed({f"{n}.txt": b"%d" % n * 300 for n in range(5)}))


SUFFIXES = ("docx", "pdf", "xlsx", "csv", "html", "md", "txt", "zip")
MARKS = (b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xff\xfe", b"<html>", b"---\n", "问题,答案\n".encode())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SUFFIXES), st.sampled_from(MARKS), st.binary(max_size=400))
def test_rubbish_is_read_or_refused_but_nothing_else(suffix: str, mark: bytes, rest: bytes) -> None:
    _read_or_refused(f"a.{suffix}", mark + rest)


WHOLE = {
    "docx": files.word((1, "申请材料"), "身份证。", [["项目", "费用"], ["工本费", "10元"]]),
    "xlsx": files.workbook(a=[["问题", "答案"], ["路灯坏了找谁", "拨打电话。"]]),
    "pdf": files.pdf(["一行文字写在这里，一共十几个字。", "再来一行。"]),
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_with_broken_bytes_is_read_or_refused(suffix: str, draw: st.DataObject) -> None:
    data = bytearray(WHOLE[suffix])
    for at in draw.draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=8)):
        data[at] = draw.draw(st.integers(0, 255))
    _read_or_refused(f"a.{suffix}", bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"]), st.data())
def test_an_office_part_with_broken_bytes_is_read_or_refused(part: str, draw: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE["docx"])) as archive:
        data = bytearray(archive.read(part))
    start = draw.draw(st.integers(0, len(data) - 1))
    data[start : start + draw.draw(st.integers(0, 60))] = draw.draw(st.binary(max_size=20))
    _read_or_refused("a.docx", files.repacked(WHOLE["docx"], {part: bytes(data)}))


def _read_or_refused(name: str, data: bytes) -> None:
    try:
        upload = read_upload(name, data)
    except BadFile:
        return
    assert upload.documents
    assert all(draft.title and draft.passages for draft in upload.documents)
