"""The door of the desk: signing in and out, roles, forged and stale posts."""

from __future__ import annotations

import pytest

from tests.desk.desk_world import DeskWorld, Operator, field

PAGES = ("/desk", "/desk/cases", "/desk/fragments/lists", "/admin", "/admin/district", "/admin/knowledge")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_door_and_from_there_on(world: DeskWorld, path: str) -> None:
    answer = world.stranger().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/sign-in?next={path}"


def test_a_stranger_gets_no_data_from_the_api(world: DeskWorld) -> None:
    answer = world.stranger().get("/desk/api/conversations")
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_signing_in_sets_a_cookie_scripts_cannot_read_and_goes_on(world: DeskWorld) -> None:
    operator = Operator(world.stranger(), world.staff())
    answer = operator.sign_in(goal="/desk/cases")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/cases")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Max-Age=43200" in cookie
    assert "王敏" in operator.get("/desk").text


def test_a_wrong_password_is_said_plainly_and_the_login_is_kept(world: DeskWorld) -> None:
    operator = Operator(world.stranger(), world.staff())
    answer = operator.sign_in("wrong")
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text and 'value="wang.min"' in answer.text


def test_five_wrong_passwords_say_when_to_come_back(world: DeskWorld) -> None:
    operator = Operator(world.stranger(), world.staff())
    for _ in range(5):
        operator.sign_in("wrong")
    assert "5 分钟后再试" in operator.sign_in().text


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/desk", "//evil.example/desk", "/\\evil.example", "javascript:alert(1)", "/chat", "/desk/sign-in"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(world: DeskWorld, goal: str) -> None:
    location = Operator(world.stranger(), world.staff()).sign_in(goal=goal).headers["location"]
    assert location == "/desk"


def test_a_sign_in_form_of_another_site_is_refused(world: DeskWorld) -> None:
    world.staff()
    answer = world.stranger().post("/desk/sign-in", data={"login": "wang.min", "password": "x", "proof": "0" * 32})
    assert answer.status_code == 400 and "请再登录一次" in answer.text


def test_signing_out_ends_the_session(world: DeskWorld, wang: Operator) -> None:
    assert wang.post("/desk/sign-out").status_code == 303
    assert wang.get("/desk").status_code == 303


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        pytest.param("handler", "/desk", 303, id="a handler's start page are the cases"),
        pytest.param("handler", "/desk/cases", 200, id="a handler sees cases"),
        pytest.param("handler", "/desk/fragments/lists", 403, id="a handler sees no queue"),
        pytest.param("handler", "/desk/api/conversations", 403, id="nor through the API"),
        pytest.param("agent", "/admin", 403, id="an agent keeps no accounts"),
        pytest.param("agent", "/admin/knowledge", 200, id="an agent may try the knowledge base"),
        pytest.param("supervisor", "/admin", 403, id="a supervisor keeps no accounts"),
        pytest.param("admin", "/admin", 200, id="an administrator does"),
        pytest.param("admin", "/admin/district", 200, id="and sees the district"),
    ],
)
def test_each_role_sees_its_own_pages(world: DeskWorld, role: str, path: str, status: int) -> None:
    assert world.operator(role=role).get(path).status_code == status


FORGED = ["claim", "take-over", "give-back", "close", "confirm-alert", "reveal/1", "note", "reply"]


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_act_changes_nothing(world: DeskWorld, wang: Operator, what: str) -> None:
    conversation, wang.csrf = world.waiting(), "forged"
    answer = wang.act(conversation, what, text="好的", client_id="a" * 16)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_form")
    assert world.services.handoff.get(conversation).owner == "queued"


@pytest.mark.parametrize(
    "path", ["/admin/accounts", "/admin/accounts/1/password", "/admin/accounts/1/active", "/admin/knowledge"]
)
def test_a_forged_form_changes_nothing(world: DeskWorld, path: str) -> None:
    admin = world.operator(role="admin")
    admin.csrf = "forged"
    answer = admin.post(path, login="li.na", name="李娜", role="agent", active="0", question="在吗")
    assert answer.status_code == 409 and "没有提交成功" in answer.text
    assert len(world.services.staff.list()) == 1


def test_a_session_that_ended_in_mid_sentence_is_said_with_a_code(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting()
    world.services.staff.sign_out(wang.client.cookies["jiefang_desk"])
    answer = wang.act(conversation, "reply", text="马上来", client_id="a" * 16)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert "登录后会自动恢复" in answer.json()["message"]


def test_pages_forbid_foreign_and_inline_scripts(world: DeskWorld, wang: Operator) -> None:
    for path in ("/desk", "/desk/cases", f"/desk/c/{world.waiting()}", "/desk/c/unknown"):
        answer = wang.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "<script>" not in answer.text and " style=" not in answer.text and " onclick=" not in answer.text
        assert "http://" not in answer.text and "https://" not in answer.text


def test_the_door_keeps_its_proof_over_two_tabs(world: DeskWorld) -> None:
    browser = world.stranger()
    first, second = browser.get("/desk/sign-in").text, browser.get("/desk/sign-in").text
    assert field(first, "proof") == field(second, "proof")


def test_a_session_that_is_over_says_so_at_the_door(world: DeskWorld, wang: Operator) -> None:
    world.services.staff.sign_out(wang.client.cookies["jiefang_desk"])
    location = wang.get("/desk/cases").headers["location"]
    assert location == "/desk/sign-in?expired=1&next=/desk/cases" and "登录已过期" in wang.get(location).text
