"""Personal data as residents type it. All people and numbers are invented; check digits are computed."""

import pytest

from bot.safety.redact import find, mask


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("我电话139 1234 5678", [("phone", "139 1234 5678")], id="mobile"),
        pytest.param("身份证11010519491231002X", [("id_card", "11010519491231002X")], id="identity number with X"),
        pytest.param("身份证110105194912310021", [], id="wrong check digit"),
        pytest.param("卡号6222 0000 0000 0000 005", [], id="fails Luhn"),
        pytest.param("打到4111 1111 1111 1111", [("bank_card", "4111 1111 1111 1111")], id="bank card"),
        pytest.param("户名孙桂香", [("name", "孙桂香")], id="account holder"),
        pytest.param("王阿姨说的", [], id="form of address"),
        pytest.param("张师傅来过", [], id="form of address"),
        pytest.param("我住枫林小区3号楼2单元501", [("address", "枫林小区3号楼2单元501")], id="down to the room"),
        pytest.param("12号楼没水", [], id="a building is not a home"),
        pytest.param("柳河路44号门口井盖没了", [], id="a road is nobody's name"),
        pytest.param("江苏路18弄没水", [("address", "江苏路18弄")], id="nor is a lane"),
        pytest.param("金桂3栋没水", [], id="nor what stands before the number of a house"),
        pytest.param("马连道5号楼", [], id="nor an old road"),
        pytest.param("我叫李春路", [("name", "李春路")], id="somebody named like a road"),
        pytest.param("我妈李桂芳3号楼的", [("name", "李桂芳")], id="a name, then a house"),
        pytest.param("京A12345堵门", [("plate", "京A12345")], id="plate"),
        pytest.param("加我微信lin_8888", [("wechat", "lin_8888")], id="wechat"),
        pytest.param("护照E12345678", [("passport", "E12345678")], id="passport"),
        pytest.param("发lin@example.com", [("email", "lin@example.com")], id="email"),
        pytest.param("工单JF-20261123-0042 打12345", [], id="case number and hotline"),
        pytest.param("2026年1月11日交了2400块", [], id="dates and prices"),
        pytest.param("400-8823-119占线", [], id="a firm's line"),
    ],
)
def test_personal_data_is_found_and_nothing_else(said: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.kind, found.text) for found in find(said)] == expected
    assert all(said[found.start : found.end] == found.text for found in find(said))


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("枫林小区3号楼2单元501漏水 13912345678", "枫林小区3号楼〔门牌〕漏水 〔电话〕"),
        ("我叫孙桂香", "我叫〔姓名〕"),
        ("路灯坏了", "路灯坏了"),
    ],
)
def test_masking_keeps_what_the_case_needs(said: str, masked: str) -> None:
    assert mask(said) == masked
