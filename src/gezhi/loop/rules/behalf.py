"""Reporting for somebody of the family: who may be meant, and what has to be told of both."""

from gezhi.kernel.errors import Refused

RELATIONS = ("parent", "child", "spouse", "sibling", "grandparent", "other")
NAME_MOST, PHONE_MOST = 100, 40


def check(relation: str, name: str, phone: str, *, own_name: str, own_phone: str) -> None:
    """Refuse what is not enough to act for another: both must be named, and whoever acts must be reachable.

    Refuses field-invalid, behalf-name, behalf-own, text-too-long (422). Without a relation and a name nothing is asked.

    >>> check("", "", "", own_name="", own_phone="")
    >>> check("parent", "王桂兰", "", own_name="王小明", own_phone="13800001234")
    """
    if not (relation or name or phone):
        return
    if relation not in RELATIONS:
        raise Refused("field-invalid", status=422, field="behalf", value=relation[:40])
    if not name.strip():
        raise Refused("behalf-name", status=422, field="behalf_name")
    if not own_name.strip() or not own_phone.strip():
        raise Refused("behalf-own", status=422, field="phone" if own_name.strip() else "name")
    for field, words, most in (("behalf_name", name, NAME_MOST), ("behalf_phone", phone, PHONE_MOST)):
        if len(words) > most:
            raise Refused("text-too-long", status=422, field=field, limit=most, length=len(words))
        if "\x00" in words:
            raise Refused("field-invalid", status=422, field=field, value="NUL")
