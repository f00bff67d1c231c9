"""Photos, recordings and files: known by their bytes, freed of what a camera writes into them, shown to their owner only."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from bot.channels.web_limits import Problem
from bot.channels.web_uploads import read_upload
from bot.services.upload_kinds import LONGEST_SIDE
from tests.channels.test_web_api import assert_polite
from tests.channels.web_world import WebWorld

UPLOADS = "/chat/api/uploads"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UPRIGHT, TURNED = 1, 6  # EXIF's words for how a telephone was held


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebWorld]:
    """One service for the module: every browser is a resident of its own."""
    world = WebWorld(tmp_path_factory.mktemp("chat"))
    yield world
    world.services.close()


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (40, 20), *, orientation: int = UPRIGHT) -> bytes:
    """A picture that tells where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SECRETPHONE"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, exif=exif)
    return out.getvalue()


def upload(browser: TestClient, name: str, data: bytes, client_id: str = "upload-01") -> Any:
    return browser.post(UPLOADS, data={"client_id": client_id}, files={"file": (name, data, "application/octet-stream")})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_what_it_tells_of_place_and_phone(kind: str) -> None:
    assert b"SECRETPHONE" in a_photo(kind)
    kept = read_upload("IMG_1.jpg", a_photo(kind))
    assert kept.kind == "photo" and b"SECRETPHONE" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert not dict(image.getexif())


def test_a_photo_taken_sideways_stands_upright() -> None:
    with Image.open(io.BytesIO(read_upload("a.jpg", a_photo(orientation=TURNED)).data)) as image:
        assert image.size == (20, 40)


def test_a_large_photo_is_made_smaller() -> None:
    with Image.open(io.BytesIO(read_upload("a.jpg", a_photo(size=(4000, 3000))).data)) as image:
        assert max(image.size) == LONGEST_SIDE


@pytest.mark.parametrize(
    ("name", "data", "kind", "content_type", "kept_name"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "file", "application/pdf", "a.pdf"),
        ("房产证.docx", b"PK\x03\x04....", "file", DOCX, "房产证.docx"),
        ("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", "file", "application/vnd.ms-excel", "表.xls"),
        ("录音.webm", b"\x1aE\xdf\xa3....", "voice", "audio/webm", "录音.webm"),
        ("x.exe", b"OggS....", "voice", "audio/ogg", "x.ogg"),
        ("v.m4a", b"\0\0\0\x20ftypM4A ", "voice", "audio/mp4", "v.m4a"),
        ("v.mp4", b"\0\0\0\x20ftypisom", "file", "video/mp4", "v.mp4"),
        ("../../etc/pass\x00wd.pdf", b"%PDF-", "file", "application/pdf", "passwd.pdf"),
        ("C:\\Users\\li\\a.pdf", b"%PDF-", "file", "application/pdf", "a.pdf"),
        ("", b"%PDF-", "file", "application/pdf", "文件.pdf"),
        ("\u202efdp.exe", b"%PDF-", "file", "application/pdf", "fdp.pdf"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(name: str, data: bytes, kind: str, content_type: str, kept_name: str) -> None:
    kept = read_upload(name, data)
    assert (kept.kind, kept.content_type, kept.name) == (kind, content_type, kept_name)


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("photo.jpg", b"", "empty_file"),
        ("photo.jpg", b"MZ\x90\x00 a program", "kind_refused"),
        ("photo.jpg", b"<svg onload=alert(1)>", "kind_refused"),
        ("page.html", b"<!doctype html><script>", "kind_refused"),
        ("archive.zip", b"PK\x03\x04....", "kind_refused"),
        ("photo.jpg", b"\xff\xd8\xff broken", "bad_photo"),
        ("photo.png", b"\x89PNG\r\n\x1a\n broken", "bad_photo"),
    ],
)
def test_what_we_cannot_open_is_refused(name: str, data: bytes, key: str) -> None:
    with pytest.raises(Problem) as refused:
        read_upload(name, data)
    assert refused.value.key == key


def test_a_picture_that_unpacks_to_gigabytes_is_refused() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(Problem) as refused:
        read_upload("bomb.png", bomb)
    assert refused.value.key == "bad_photo"


def test_broken_pictures_never_break_us() -> None:
    whole = a_photo()
    for end in range(4, len(whole), 7):
        damaged = whole[:end] + bytes(3) + whole[end + 3 :]
        try:
            read_upload("a.jpg", damaged)
        except Problem as problem:
            assert problem.key == "bad_photo"


def test_a_photo_is_shown_to_its_owner_and_to_no_other_browser(world: WebWorld) -> None:
    owner, stranger = world.browser(), world.browser()
    stranger.post("/chat/api/messages", json={"client_id": "message-1", "text": "我是别人"})
    assert upload(owner, "灯.jpg", a_photo()).status_code == 202
    shown = owner.get("/chat/api/history").json()["messages"][0]["attachments"][0]
    assert (shown["kind"], shown["name"], shown["type"]) == ("photo", "灯.jpg", "image/jpeg")
    answer = owner.get(shown["href"])
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert stranger.get(shown["href"]).status_code == 404


def test_a_document_is_downloaded_and_never_shown_in_place(world: WebWorld) -> None:
    browser = world.browser()
    upload(browser, "证明.pdf", b"%PDF-1.7 x")
    shown = browser.get("/chat/api/history").json()["messages"][0]["attachments"][0]
    answer = browser.get(shown["href"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_same_upload_sent_twice_is_one(world: WebWorld) -> None:
    browser = world.browser()
    assert [upload(browser, "a.jpg", a_photo()).json()["duplicate"] for _ in range(2)] == [False, True]
    assert len(browser.get("/chat/api/history").json()["messages"]) == 1


@pytest.mark.parametrize(("megabytes", "key"), [(1.01, "too_big"), (3, "too_big_text")], ids=["just over", "far over"])
def test_too_big_a_file_is_refused(tmp_path: Path, megabytes: float, key: str) -> None:
    world = WebWorld(tmp_path, max_upload_mb=1)
    data = b"%PDF-" + bytes(int(megabytes * 1024 * 1024))
    assert_polite(upload(world.browser(), "a.pdf", data), 413, key)
    world.services.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"data": {"client_id": "upload-01"}},
        {"files": {"file": ("a.pdf", b"%PDF-")}},
        {"data": {"client_id": "!", "file": "text"}},
    ],
    ids=["no file", "no id", "a file that is a text"],
)
def test_half_an_upload_is_refused(world: WebWorld, fields: dict[str, Any]) -> None:
    assert_polite(world.browser().post(UPLOADS, **fields), 422, "unreadable")
