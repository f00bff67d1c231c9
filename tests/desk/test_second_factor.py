"""The second factor: set up on one's own page, asked for at the door, lost and recovered."""

from __future__ import annotations

import re

import pyotp
import pytest

from tests.desk.desk_world import PASSWORD, DeskWorld, Operator, field


@pytest.fixture
def phone(world: DeskWorld, wang: Operator) -> pyotp.TOTP:
    """王敏's telephone, with her second factor in use and thirty seconds gone by."""
    assert wang.post("/desk/me/factor").status_code == 303
    page = wang.get("/desk/me").text
    assert 'src="data:image/png;base64,' in page
    made = pyotp.TOTP(secret_of(page))
    assert "恢复码" in wang.post("/desk/me/factor/confirm", code=code_of(made, world)).text
    world.services.clock.move(seconds=30)  # type: ignore[attr-defined]  # the tests' clock
    return made


def secret_of(page: str) -> str:
    found = re.search(r'class="key">([A-Z2-7]+)<', page)
    assert found
    return found[1]


def code_of(phone: pyotp.TOTP, world: DeskWorld) -> str:
    return phone.at(world.services.clock.now())


def at_the_door(world: DeskWorld, operator: Operator) -> Operator:
    """The same person in another browser, with the right password typed."""
    other = Operator(world.stranger(), operator.staff)
    answer = other.sign_in()
    assert answer.status_code == 200 and "手机验证码" in answer.text
    return other


def give(operator: Operator, code: str, goal: str = "/desk/cases"):
    proof = field(operator.client.get("/desk/sign-in").text, "proof")
    return operator.client.post("/desk/sign-in/code", data={"code": code, "proof": proof, "next": goal})


def test_the_password_alone_opens_nothing(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    other = at_the_door(world, wang)
    assert other.get("/desk").status_code == 303
    assert other.get("/desk/api/conversations").status_code == 401


def test_password_and_code_open_the_desk_with_a_new_token(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    other = at_the_door(world, wang)
    owing = other.client.cookies["jiefang_desk"]
    answer = give(other, code_of(phone, world))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/cases")
    assert other.client.cookies["jiefang_desk"] != owing
    assert "王敏" in other.get("/desk").text


def test_a_code_counts_once(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    code = code_of(phone, world)
    assert give(at_the_door(world, wang), code).status_code == 303
    assert "已经用过" in give(at_the_door(world, wang), code).text


@pytest.mark.parametrize(("off", "opens"), [(-60, False), (-30, True), (30, True), (90, False)])
def test_a_telephone_may_be_half_a_minute_off(
    world: DeskWorld, wang: Operator, phone: pyotp.TOTP, off: int, opens: bool
) -> None:
    world.services.clock.move(seconds=120)  # type: ignore[attr-defined]
    code = phone.at(int(world.services.clock.now().timestamp()) + off)
    assert (give(at_the_door(world, wang), code).status_code == 303) is opens


@pytest.mark.parametrize("rubbish", ["", "000000", "１２３４５６", "abc", "9" * 200, "\x00", "💥"])
def test_rubbish_is_no_code(world: DeskWorld, wang: Operator, phone: pyotp.TOTP, rubbish: str) -> None:
    assert give(at_the_door(world, wang), rubbish).status_code == 401


def test_five_wrong_codes_lock_even_with_the_password_between_them(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    for _ in range(4):
        give(at_the_door(world, wang), "000000")
    assert "5 分钟后再试" in give(at_the_door(world, wang), "000000").text
    assert "5 分钟后再试" in Operator(world.stranger(), wang.staff).sign_in().text


def test_a_recovery_code_opens_once_and_is_counted(world: DeskWorld, wang: Operator) -> None:
    wang.post("/desk/me/factor")
    phone = pyotp.TOTP(secret_of(wang.get("/desk/me").text))
    page = wang.post("/desk/me/factor/confirm", code=code_of(phone, world)).text
    codes = re.findall(r"<li><code>([a-z2-9-]{19})</code>", page)
    assert len(set(codes)) == 8
    assert give(at_the_door(world, wang), codes[0].upper()).status_code == 303
    assert give(at_the_door(world, wang), codes[0]).status_code == 401
    assert "还剩 7 个恢复码" in wang.get("/desk/me").text


def test_a_code_due_for_more_than_five_minutes_starts_over(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    other = at_the_door(world, wang)
    world.services.clock.move(seconds=301)  # type: ignore[attr-defined]
    assert give(other, code_of(phone, world)).status_code == 400


def test_taking_it_away_needs_a_code(world: DeskWorld, wang: Operator, phone: pyotp.TOTP) -> None:
    assert wang.post("/desk/me/factor/remove", code="000000").status_code == 409
    assert wang.post("/desk/me/factor/remove", code=code_of(phone, world)).status_code == 303
    assert Operator(world.stranger(), wang.staff).sign_in().status_code == 303


def test_an_administrator_takes_a_lost_one_away_and_every_session_ends(
    world: DeskWorld, wang: Operator, phone: pyotp.TOTP
) -> None:
    admin = world.operator("chief", "赵主任", "admin")
    assert admin.post(f"/admin/accounts/{wang.staff.id}/factor").status_code == 303
    assert wang.get("/desk").status_code == 303
    assert Operator(world.stranger(), wang.staff).sign_in().status_code == 303


def test_a_role_that_must_have_one_goes_nowhere_else(world: DeskWorld) -> None:
    object.__setattr__(world.services.settings, "second_factor_for", frozenset({"auditor"}))
    auditor = world.operator("shen.ji", "沈计", "auditor")
    assert auditor.get("/admin/audit").headers["location"] == "/desk/me?needed=1"
    assert "要先设好手机验证码" in auditor.get("/desk/me?needed=1").text
    assert auditor.client.get("/desk/api/conversations").json()["code"] == "needs_factor"


@pytest.mark.parametrize(
    ("present", "new", "again", "said"),
    [
        ("wrong-password", "xin-mi-ma-2026", "xin-mi-ma-2026", "现在的密码不对"),
        (PASSWORD, "xin-mi-ma-2026", "xin-mi-ma-2027", "不一样"),
        (PASSWORD, "short", "short", "至少 8 位"),
    ],
)
def test_a_password_is_not_changed_carelessly(wang: Operator, present: str, new: str, again: str, said: str) -> None:
    assert said in wang.post("/desk/me/password", present=present, new=new, again=again).text


def test_a_changed_password_signs_out_everywhere_else(world: DeskWorld, wang: Operator) -> None:
    other = Operator(world.stranger(), wang.staff)
    other.sign_in()
    assert wang.post("/desk/me/password", present=PASSWORD, new="xin-mi-ma-2026", again="xin-mi-ma-2026").status_code == 303
    assert (wang.get("/desk").status_code, other.get("/desk").status_code) == (200, 303)
    assert Operator(world.stranger(), wang.staff).sign_in("xin-mi-ma-2026").status_code == 303


def test_sessions_are_listed_and_ended_one_by_one(world: DeskWorld, wang: Operator) -> None:
    other = Operator(world.stranger(), wang.staff)
    other.client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Safari/537.36"
    other.sign_in()
    page = wang.get("/desk/me").text
    assert "Chrome（安卓）" in page and page.count("就是这里") == 1
    assert wang.post("/desk/me/sessions/end", session=field(page, "session")).status_code == 303
    assert (wang.get("/desk").status_code, other.get("/desk").status_code) == (200, 303)


def test_nobody_ends_a_session_of_somebody_else(world: DeskWorld, wang: Operator) -> None:
    zhao = world.operator("zhao.lei", "赵磊")
    session = world.services.staff.sessions(zhao.staff.id)[0].id
    assert wang.post("/desk/me/sessions/end", session=session).status_code == 404
    assert zhao.get("/desk").status_code == 200
