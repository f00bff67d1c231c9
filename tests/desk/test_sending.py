"""Photos and files from the desk to the resident, typing, and what was read."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot.services.sending import typing_topic
from bot.services.views import Upload
from bot.store.privacy import PrivacyStore
from tests.desk.desk_world import DeskWorld, Operator

PDF = b"%PDF-1.7\n1 0 obj"


def photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 60)).save(out, kind)
    return out.getvalue()


def sends(operator: Operator, conversation: str, name: str, data: bytes, client_id: str = "file-0001") -> Any:
    address = f"/desk/api/conversations/{conversation}/file"
    headers = {"x-csrf-token": operator.csrf}
    return operator.client.post(address, data={"client_id": client_id}, files={"file": (name, data)}, headers=headers)


def taken(world: DeskWorld, operator: Operator) -> str:
    conversation = world.waiting("表在哪里领")
    operator.act(conversation, "claim")
    return conversation


@pytest.mark.parametrize(
    ("name", "data", "kind", "shown", "said"),
    [
        ("现场.jpg", photo(), "photo", "现场.jpg", "[图片]"),
        ("截图.png", photo("PNG"), "photo", "截图.png", "[图片]"),
        ("申请表.pdf", PDF, "file", "申请表.pdf", "[文件]"),
        ("../../申请<表>.exe", PDF, "file", "申请表.pdf", "[文件]"),  # the name is made safe, the bytes say what it is
    ],
)
def test_a_file_is_sent_and_shown_with_its_name(
    world: DeskWorld, wang: Operator, name: str, data: bytes, kind: str, shown: str, said: str
) -> None:
    conversation = taken(world, wang)
    answer = sends(wang, conversation, name, data).json()
    assert (answer["kind"], answer["text"]) == (kind, said)
    [line] = [line for line in world.services.conversations.transcript(conversation) if line.sent]
    assert (line.sent.kind, line.sent.name, line.sender) == (kind, shown, "staff")
    page = wang.get(f"/desk/c/{conversation}").text
    assert (f'alt="发给居民的照片 {shown}"' if kind == "photo" else f"下载文件：{shown}") in page
    file = wang.get(f"/desk/c/{conversation}/sent/{line.position}")
    assert file.status_code == 200 and file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-disposition"].startswith("inline" if kind == "photo" else "attachment")


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("病毒.exe", b"MZ\x90\x00", "invalid_kind_refused", "这种文件发不了"),
        ("空的.pdf", b"", "invalid_empty_file", "这个文件是空的"),
        ("坏的.jpg", b"\xff\xd8\xff\xe0 no picture", "invalid_bad_photo", "这张照片打不开"),
        ("大的.pdf", PDF + b"0" * (20 * 1024 * 1024), "invalid_file_large", "最大 20 MB"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(
    world: DeskWorld, wang: Operator, name: str, data: bytes, code: str, words: str
) -> None:
    conversation = taken(world, wang)
    refused = sends(wang, conversation, name, data)
    assert refused.status_code == 400 and refused.json()["code"] == code and words in refused.json()["message"]
    assert not any(line.sent for line in world.services.conversations.transcript(conversation))


def test_a_file_sent_twice_is_one_and_only_the_owner_sends(world: DeskWorld, wang: Operator) -> None:
    conversation = taken(world, wang)
    for _ in range(2):
        assert sends(wang, conversation, "申请表.pdf", PDF).status_code == 200
    zhao = world.operator("zhao.lei", "赵磊")
    assert sends(zhao, conversation, "别的.pdf", PDF, "file-0002").json()["code"] == "not_owner"
    assert sum(line.sent is not None for line in world.services.conversations.transcript(conversation)) == 1


def test_a_file_of_another_conversation_is_none_here(world: DeskWorld, wang: Operator) -> None:
    conversation, other = taken(world, wang), world.waiting(address="zhang")
    position = sends(wang, conversation, "申请表.pdf", PDF).json()["position"]
    assert wang.get(f"/desk/c/{other}/sent/{position}").status_code == 404
    assert wang.get(f"/desk/c/{conversation}/sent/1").status_code == 404


def test_the_same_form_sent_to_two_is_forgotten_for_one_only(world: DeskWorld, wang: Operator) -> None:
    services, upload = world.services, Upload("file", "表.pdf", "application/pdf", PDF)
    lines = []
    for address in ("li", "zhang"):
        conversation = world.waiting(address=address)
        wang.act(conversation, "claim")
        lines.append(
            (conversation, services.sending.send(conversation, wang.staff, upload, client_id=f"id-{address}").position)
        )
    with services.database.reading() as work:
        resident = work.conversations.get(lines[0][0]).resident_id
    first = services.sending.file(*lines[0]).path
    for digest in services.database.run(lambda work: PrivacyStore(work.session).erase(resident)):
        services.sending.media.forget(digest)
    assert not first.exists() and services.sending.file(*lines[1]).path.exists()


def test_a_reply_is_marked_as_read_once(world: DeskWorld, wang: Operator) -> None:
    conversation = taken(world, wang)
    first = wang.act(conversation, "reply", text="到三楼领", client_id="reply-001").json()["position"]
    second = wang.act(conversation, "reply", text="带身份证", client_id="reply-002").json()["position"]
    world.services.sending.seen(conversation, first)
    page = wang.get(f"/desk/c/{conversation}").text
    assert page.count("✓✓ 已读") == 1 and page.count("✓ 已送达") == 1
    world.services.sending.seen(conversation, second + 1000)  # a page that claims more has read no more
    assert wang.get(f"/desk/c/{conversation}").text.count("✓✓ 已读") == 2
    later = wang.act(conversation, "reply", text="别忘了", client_id="reply-003").json()["position"]
    read = {line.position: line.read for line in world.services.conversations.transcript(conversation)}
    assert (read[first], read[second], read[later]) == (True, True, False)


def test_typing_wakes_the_resident_s_page_and_writes_nothing(
    world: DeskWorld, wang: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, zhao, woken = taken(world, wang), world.operator("zhao.lei", "赵磊"), []
    before = world.services.handoff.get(conversation)
    monkeypatch.setattr(world.services.wakeups, "wake", woken.append)
    assert zhao.act(conversation, "typing").status_code == 200
    assert woken == []  # has not got the word
    assert wang.act(conversation, "typing").status_code == 200
    assert woken == [typing_topic(conversation)]
    assert world.services.handoff.get(conversation) == before


def test_without_the_session_s_token_nothing_is_sent(world: DeskWorld, wang: Operator) -> None:
    conversation = taken(world, wang)
    address = f"/desk/api/conversations/{conversation}/file"
    refused = wang.client.post(address, data={"client_id": "file-0001"}, files={"file": ("a.pdf", PDF)})
    assert refused.json()["code"] == "stale_form"
