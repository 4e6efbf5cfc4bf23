"""ID numbers, credit codes, phones, masks and area codes: the published examples, every single slip, and the masks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel import codes
from gezhi.kernel.errors import Refused

ID = "11010519491231002X"  # the example of GB 11643-1999
CREDIT = "91350100M000100Y43"  # the example of GB 32100-2015


def refused(call, *args, **named):
    with pytest.raises(Refused) as caught:
        call(*args, **named)
    assert caught.value.status == 422
    assert not any(str(args[0]) == str(fact) for fact in caught.value.facts.values() if len(args[0]) > 12)
    return caught.value.code


def test_the_examples_of_the_standard_are_read():
    known = codes.id_number(ID)
    assert (known.text, known.area, known.born, known.sex) == (ID, "110105", date(1949, 12, 31), "female")
    assert codes.id_number("440524188001010014").sex == "male"
    assert codes.id_number(" １１０１０５ 19491231 002x ").text == ID


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_of_an_id_number_is_found(place):
    for digit in "0123456789":
        if digit != ID[place]:
            assert refused(codes.id_number, ID[:place] + digit + ID[place + 1 :]).startswith("id-number-")


@pytest.mark.parametrize("place", range(16))
def test_two_swapped_digits_of_an_id_number_are_found(place):
    if ID[place] != ID[place + 1]:
        swapped = ID[:place] + ID[place + 1] + ID[place] + ID[place + 2 :]
        assert refused(codes.id_number, swapped).startswith("id-number-")


def test_id_numbers_that_are_refused_say_why():
    assert refused(codes.id_number, "") == "id-number-shape"
    assert refused(codes.id_number, ID[:17]) == "id-number-shape"
    assert refused(codes.id_number, "X" + ID[1:]) == "id-number-shape"
    assert refused(codes.id_number, "0" + ID[1:]) == "id-number-shape"
    for born in ("19490229", "19491331", "17991231", "00000101"):
        body = "110105" + born + "002"
        assert refused(codes.id_number, body + codes.id_check(body)) == "id-number-date"
    assert refused(codes.id_number, ID[:17] + "1") == "id-number-check"
    assert refused(codes.id_number, ID, today=date(1949, 12, 30)) == "id-number-date"
    assert codes.id_number(ID, today=date(1949, 12, 31)).born == date(1949, 12, 31)


@pytest.mark.parametrize("code", [CREDIT, "914403001922038216", "91330100799655058B"])
def test_known_credit_codes_are_read(code):
    assert codes.credit_code(code) == code
    assert codes.credit_code(f" {code[:9].lower()} {code[9:]}") == code


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_sign_of_a_credit_code_is_found(place):
    for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if sign != CREDIT[place]:
            assert refused(codes.credit_code, CREDIT[:place] + sign + CREDIT[place + 1 :]).startswith("credit-code-")


def test_credit_codes_of_a_wrong_shape_are_refused():
    for code in (
        "",
        CREDIT[:17],
        CREDIT + "0",
        CREDIT.replace("M", "I"),
        CREDIT.replace("M", "S"),
        "9135A100M000100Y43",
    ):
        assert refused(codes.credit_code, code) == "credit-code-shape"
    assert refused(codes.credit_code, CREDIT[:17] + "4") == "credit-code-check"


@pytest.mark.parametrize(
    ("text", "e164", "extension", "kind"),
    [
        ("13812346207", "+8613812346207", "", "mobile"),
        (" 138-1234-6207 ", "+8613812346207", "", "mobile"),
        ("1381234-6207", "+8613812346207", "", "mobile"),
        ("＋８６ 138 1234 6207", "+8613812346207", "", "mobile"),
        ("0086-13812346207", "+8613812346207", "", "mobile"),
        ("8613812346207", "+8613812346207", "", "mobile"),
        ("013812346207", "+8613812346207", "", "mobile"),
        ("0755-82101234", "+8675582101234", "", "fixed"),
        ("(0755) 82101234", "+8675582101234", "", "fixed"),
        ("（0755）82101234", "+8675582101234", "", "fixed"),
        ("+86 755 82101234", "+8675582101234", "", "fixed"),
        ("010-65901234", "+861065901234", "", "fixed"),
        ("021-65901234-802", "+862165901234", "802", "fixed"),
        ("0898-6590123转12", "+868986590123", "12", "fixed"),
        ("0755-82101234 分机：8", "+8675582101234", "8", "fixed"),
        ("0755-82101234 ext. 8", "+8675582101234", "8", "fixed"),
        ("400-810-1234", "+864008101234", "", "service"),
        ("+852 9123 4567", "+85291234567", "", "foreign"),
        ("00852-91234567", "+85291234567", "", "foreign"),
        ("+1 (415) 555-2671", "+14155552671", "", "foreign"),
    ],
)
def test_phones_are_brought_into_one_form(text, e164, extension, kind):
    assert codes.phone(text) == codes.Phone(e164, extension, kind)
    assert codes.phone(e164).e164 == e164


@pytest.mark.parametrize(
    "text",
    [
        *("", "12345", "95588", "110", "1381234620", "138123462071", "12812346207", "82101234", "0755-12101234", "abc"),
        *("010-6590123", "0755-8210123456", "+1234", "+0123456789", "+1234567890123456", "0755-82101234转", "+86"),
        *("0400-8101234", "0800-8101234", "86-82101234", "+86 82101234", "-" * 50),
    ],
)
def test_what_is_no_phone_is_refused(text):
    assert refused(codes.phone, text) == "phone-wrong"


def test_a_fixed_number_without_prefix_takes_the_office_s():
    assert (
        codes.phone("8210 1234", prefix="0755").e164 == codes.phone("82101234", prefix="755").e164 == "+8675582101234"
    )
    assert codes.phone("8210123-12", prefix="0898") == codes.Phone("+868988210123", "12", "fixed")
    assert codes.phone("13812346207", prefix="0755").kind == "mobile"
    for text in ("12345", "95588", "12101234"):
        assert refused(codes.phone, text, prefix="0755") == "phone-wrong"


@given(st.text(max_size=60))
def test_any_text_is_a_phone_or_refused(text):
    try:
        known = codes.phone(text)
    except Refused:
        return
    assert codes.phone(known.e164).e164 == known.e164


def test_masks_show_enough_and_no_more():
    assert codes.mask_phone("138 1234 6207") == "138****6207"
    assert codes.mask_phone("010-65901234") == "010-****1234"
    assert codes.mask_phone("021-65901234") == "021-****1234"
    assert codes.mask_phone("400-810-1234") == "400****1234"
    assert codes.mask_phone("+3221234") == "+32****", "of a short number no end is shown"
    assert codes.mask_phone("wx: laowang88") == "********"
    assert codes.mask_phone("") == ""
    assert codes.mask_id(ID.lower()) == "1101************2X"
    assert codes.mask_id("A1234567") == "********"
    assert codes.mask_name(" 王芳 ") == "王*"
    assert codes.mask_name("王") == "王*"
    assert codes.mask_name("欧阳") == "欧*", "two characters: one of them stays hidden"
    assert codes.mask_name("司马相如") == "司马**"
    assert codes.mask_name("阳司马如") == "阳***"
    assert codes.mask_name("Élodie Martin") == "É***"
    assert codes.mask_name("  ") == ""


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mask_hides_four_digits_of_every_mobile(number):
    shown = codes.mask_phone(number)
    assert (shown[:3], shown[3:7], shown[7:]) == (number[:3], "****", number[7:])


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("440000", "province", ""),
        ("440300", "city", "440000"),
        ("440306", "county", "440300"),
        ("440306010", "township", "440306"),
        ("440306010012", "village", "440306010"),
        ("440306010000", "township", "440306"),
        ("440306000000", "county", "440300"),
        ("440300000", "city", "440000"),
        ("440000000000", "province", ""),
        ("441900003", "township", "441900"),
        ("441900003001", "village", "441900003"),
        ("429004", "county", "429000"),
    ],
)
def test_area_codes_know_their_level_and_parent(code, level, parent):
    assert codes.area_level(code) == level
    assert codes.area_parent(code) == parent
    assert codes.area_within(code, parent or code)
    assert not parent or not codes.area_within(parent, code)


def test_area_codes_are_filled_and_compared_by_level():
    assert codes.area_fill("440306", 12) == codes.area_fill("440306000", 12) == "440306000000"
    assert codes.area_fill("440306010000") == "440306010"
    assert codes.area_within("440306010012", "440000000000")
    assert not codes.area_within("440306010", "440307")
    assert not codes.area_within("450306", "440000")


@pytest.mark.parametrize(
    "code", ["", "44", "4403", "44030", "4403060", "44030601", "040306", "44030a", "4403060100", "４４０３０６"]
)
def test_what_is_no_area_code_is_refused(code):
    assert refused(codes.area_short, code) == "area-code"
