"""Telephone numbers as people type them, and whose they are. All numbers are invented."""

import pytest

from bot.text.contacts import bad_contact, find_contact


@pytest.mark.parametrize(
    ("said", "number"),
    [
        pytest.param("１３９１２３４５６７８", "１３９１２３４５６７８", id="full width"),
        pytest.param("139 1234 5678 打给我", "139 1234 5678", id="spaces"),
        pytest.param("幺三九幺二三四五六七八", "幺三九幺二三四五六七八", id="spoken"),
        pytest.param("座机0531-86223107", "0531-86223107", id="landline"),
        pytest.param("旧号13912345678停了 新的13912345679", "13912345679", id="the new one"),
        pytest.param("小广告上留的号13912345678", None, id="an advertiser's"),
        pytest.param("物业电话13912345678没人接", None, id="the property manager's"),
        pytest.param("打12345没人管", None, id="hotline"),
        pytest.param("订单13912345678901", None, id="an order"),
    ],
)
def test_only_the_residents_own_number_is_taken(said: str, number: str | None) -> None:
    found = find_contact(said)
    assert (found.text if found else None) == number


@pytest.mark.parametrize(
    ("said", "is_bad"),
    [("1391234567", True), ("139123456789", True), ("13912345678", False), ("三号楼", False), ("订单1391234567", False)],
)
def test_a_digit_too_few_or_too_many_is_noticed(said: str, is_bad: bool) -> None:
    assert (bad_contact(said) is not None) is is_bad
