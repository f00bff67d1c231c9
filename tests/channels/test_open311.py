"""Open311 GeoReport v2 as a program uses it: JSON and XML, keys, pace, and nothing of anybody's person."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from bot.app import Services
from bot.cases.status import EventKind
from bot.server import public_app
from tests.builders import a_report, a_staff, write

KEY = "a-key-of-the-city-app"
LIGHT = "0101"
FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
}  # fmt: skip


@pytest.fixture
def client(both_services: Services):
    keys = {"open311_keys": f"城市应用={hashlib.sha256(KEY.encode()).hexdigest()}"}
    known = replace(both_services, settings=both_services.settings.model_copy(update=keys))
    with TestClient(public_app(known, frozenset({"web"}))) as client:
        yield client


def post(client, form="json", **fields):
    body = {"api_key": KEY, "service_code": LIGHT, "address_string": "阳光小区3号楼", "description": "路灯不亮三天了"} | fields
    return client.post(f"/open311/v2/requests.{form}", data=body)


def test_a_service_has_its_code_group_and_questions(client):
    services = client.get("/open311/v2/services.json").json()
    light = next(service for service in services if service["service_code"] == LIGHT)
    assert (light["service_name"], light["group"], light["type"]) == ("路灯故障", "公用设施", "realtime")
    for service in services:
        if service["metadata"]:
            definition = client.get(f"/open311/v2/services/{service['service_code']}.json").json()
            assert all(attribute["description"] for attribute in definition["attributes"])
            break


def test_what_is_filed_is_a_case_and_is_read_back_without_anything_personal(client, both_services):
    filed = post(client, phone="13871204459", description="找王建国13871204459，路灯坏了，他住3号楼2单元501")
    assert filed.status_code == 201
    key = filed.json()[0]["service_request_id"]
    [found] = client.get(f"/open311/v2/requests/{key}.json").json()
    assert set(found) == FIELDS
    assert (found["service_code"], found["status"], found["status_notes"]) == (LIGHT, "open", "已派单")
    case = both_services.cases.search()[0]
    assert both_services.cases.original(case.number)["contact"] == "13871204459"
    everything = client.get("/open311/v2/requests.json").text + client.get(f"/open311/v2/servicerequestupdates/{key}.json").text
    assert not any(part in everything for part in ("王建国", "1387", "501", case.number, case.resident_id))


def test_the_same_person_of_a_program_is_one_resident(client, both_services):
    account = post(client).json()[0]["account_id"]
    post(client, account_id=account)
    post(client)
    residents = [case.resident_id for case in both_services.cases.search()]
    assert len(set(residents)) == 2


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"api_key": ""}, 403, "密钥"), ({"api_key": "别的"}, 403, "密钥"), ({"service_code": "9999"}, 404, "没有找到"),
        ({"address_string": ""}, 400, "地点"), ({"description": ""}, 400, "内容"), ({"description": "长" * 4001}, 400, "内容"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_cannot_be_filed_is_refused_in_words_and_nothing_is_filed(client, both_services, fields, status, said, form):
    refused = post(client, form, **fields)
    assert refused.status_code == status
    assert said in refused.text
    assert both_services.cases.search() == []


def test_a_list_is_filtered_by_code_status_time_and_page(client, both_services):
    conversation = write(both_services)
    for _ in range(3):
        number = both_services.cases.file(conversation, a_report(), inbox_id=None).number
    zhao = a_staff(both_services, "zhao", "supervisor")
    both_services.cases.move(number, EventKind.REJECTED, zhao, "不在本街道")
    both_services.cases.file(conversation, a_report(description="楼上吵", kind="dispute"), inbox_id=None)

    def count(query):
        return len(client.get(f"/open311/v2/requests.json?{query}").json())

    asked = ["", "status=open", "status=closed", f"service_code={LIGHT}", "service_code=0202", "page_size=2&page=2",
             "start_date=2027-01-01T00:00:00Z", "end_date=2026-11-24T00:00:00Z"]  # fmt: skip
    assert [count(query) for query in asked] == [3, 2, 1, 3, 0, 1, 0, 3]
    assert client.get("/open311/v2/requests.json?start_date=gestern").status_code == 400


def test_updates_tell_the_steps_of_a_case(client, both_services):
    key = post(client).json()[0]["service_request_id"]
    number = both_services.cases.search()[0].number
    both_services.cases.move(number, EventKind.SIGNED, a_staff(both_services, "zhao", "supervisor"), "李师傅去")
    updates = client.get(f"/open311/v2/servicerequestupdates/{key}.json").json()
    assert [update["description"] for update in updates] == ["提交诉求", "派给责任单位", "责任单位签收"]


@pytest.mark.parametrize(
    ("path", "outer", "inner"),
    [("services", "services", "service"), ("requests", "service_requests", "request")],
)
def test_xml_has_the_names_of_georeport(client, path, outer, inner):
    post(client)
    answer = client.get(f"/open311/v2/{path}.xml")
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)  # noqa: S314  # our own
    assert (root.tag, root[0].tag) == (outer, inner)


@pytest.mark.parametrize("key", ["0" * 16, "JF20261123-0001", "f" * 16, "x"])
def test_an_id_nobody_was_given_leads_nowhere(client, key):
    assert client.get(f"/open311/v2/requests/{key}.json").status_code == 404


def test_who_asks_too_fast_waits(client):
    answers = [client.get("/open311/v2/services/0101.json") for _ in range(80)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late and int(late[0].headers["retry-after"]) >= 1
