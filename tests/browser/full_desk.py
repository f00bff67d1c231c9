"""A desk with something on every page: people on duty, a conversation with all kinds of lines, a case, texts and drafts."""

from __future__ import annotations

from bot.services.article_text import Part
from bot.services.macros import Step
from bot.services.replies import Canned
from bot.services.views import NewCase, Upload
from tests.channels.telegram_world import a_photo
from tests.desk.desk_world import DeskWorld
from tests.services.editing_world import BENCH, a_person, an_answer, changed, published, written


def filled(world: DeskWorld) -> dict[str, object]:
    """Something to see on every page; what it is, by the names the routes use. 赵主任 (`chief`) is the administrator."""
    services, chief = world.services, world.staff("chief", "赵主任", "admin")
    services.presence.add_shift(chief.id, chief, day="workday", begins=540, ends=1020)
    services.presence.set_profile(chief.id, chief, capacity=5, telegram_id=None, skills=[("language", "yue")])
    services.workplace.replies.save(Canned("nihao", "问好", "{居民}好，我是{坐席}"), chief)
    services.workplace.macros.save(0, "登记并告知", [Step("file_case"), Step("reply", "工单号{工单号}")], chief)
    services.workplace.sidework.hand_over("五号楼停水，下午三点前回电", chief)
    conversation = world.waiting("楼上太吵，电话13800138000")
    services.handoff.claim(conversation, chief)
    services.handoff.reply(conversation, chief, "马上联系物业", client_id="reply-0001")
    services.sending.send(conversation, chief, Upload("photo", "现场.jpg", "image/jpeg", a_photo()), client_id="file-0001")
    services.sending.send(conversation, chief, Upload("file", "表.pdf", "application/pdf", b"%PDF-1.7"), client_id="file-0002")
    services.handoff.note(conversation, chief, "@赵主任 已联系物业")
    services.workplace.sidework.label(conversation, "老人", True, chief)
    world.waiting("路灯坏了三天没人管，你们到底管不管", address="zhang")
    case = services.cases.file(conversation, NewCase("report", "楼上天天半夜装修"), inbox_id=None, by=chief)
    texts = _texts(world)  # before there is a golden question, which would hold publications up
    golden = services.golden.keep("居住证怎么办", "全国", None, "abstained", chief)
    return texts | {
        "conversation_id": conversation, "number": case.number, "staff_id": chief.id, "golden_id": golden.id, "bench": BENCH,
    }  # fmt: skip


def _texts(world: DeskWorld) -> dict[str, object]:
    """A text published twice, a draft somebody is writing and one that waits for a second person."""
    services = world.services
    editor, reviewer = a_person(services, "赵编", "editor"), a_person(services, "钱审", "reviewer")
    text = published(services, editor, reviewer).path
    second = changed(services, text, editor, parts=(Part("怎么预约", "提前五天登记。"),))
    second = services.editing.hand_in(second.id, second.edition, editor, "改期限")
    services.reviewing.approve(second.id, second.edition, reviewer)
    changed(services, BENCH, editor, title="申请在楼下装长椅怎么办")
    draft, handed_in = written(services, editor), written(services, editor, an_answer("活动室几点开门", "上午九点。"))
    services.editing.hand_in(handed_in.id, handed_in.edition, editor, "新写的")
    return {"text": text, "draft_id": draft.id, "handed_in": handed_in.id}
