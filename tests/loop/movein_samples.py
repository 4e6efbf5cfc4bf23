"""Invented records of other systems, written by hand after what those systems publish about their shapes."""

import io
import json

from PIL import Image

UUID = "0d9a5c1e-7b1f-4a52-9f0e-1c2b3a4d5e6f"
SIGNAL = {
    "_links": {"self": {"href": "https://signalen.example/signals/v1/private/signals/101"},
               "sia:parent": {"href": "https://signalen.example/signals/v1/private/signals/99"}},
    "_display": "101 - o - None - 2026-01-05T09:00:00+01:00", "id": 101, "id_display": "SIG-101", "signal_id": UUID,
    "source": "online", "text": "De lantaarnpaal op de hoek brandt niet.", "text_extra": "",
    "status": {"text": "De lamp is vervangen.", "user": "behandelaar@example.org", "state": "o",
               "state_display": "Afgehandeld", "extra_properties": {}, "send_email": True,
               "created_at": "2026-01-08T15:30:00+01:00"},
    "location": {"id": 9, "stadsdeel": "A", "buurt_code": "A00b", "area_type_code": None, "area_name": None,
                 "address": {"openbare_ruimte": "Dorpsstraat", "huisnummer": 12, "postcode": "1000AA",
                             "woonplaats": "Voorbeeldstad"},
                 "address_text": "Dorpsstraat 12 1000AA Voorbeeldstad",
                 "geometrie": {"type": "Point", "coordinates": [4.8952, 52.3702]}, "bag_validated": True},
    "category": {"sub": "Straatverlichting", "sub_slug": "lantaarnpaal-straatverlichting", "main": "Wegen",
                 "main_slug": "wegen", "departments": "urban, VOR", "deadline": "2026-01-20T17:00:00+01:00",
                 "category_url": "/signals/v1/public/terms/categories/wegen/sub_categories/verlichting"},
    "reporter": {"email": "melder@example.org", "phone": "0612345678", "sharing_allowed": True,
                 "allows_contact": True},
    "type": {"code": "SIG", "label": "Melding", "created_at": "2026-01-05T09:00:00+01:00"},
    "priority": {"priority": "high", "created_by": None}, "notes": [],
    "routing_departments": [], "directing_departments": [{"id": 3, "code": "DIR"}],
    "created_at": "2026-01-05T09:00:00+01:00", "updated_at": "2026-01-08T15:30:00+01:00",
    "incident_date_start": "2026-01-05T08:50:00+01:00", "incident_date_end": None,
    "extra_properties": [{"id": "pole", "label": "Nummer van de lamp", "answer": "LP-7", "category_url": "x"},
                         {"id": "danger", "label": "Gevaarlijk?", "answer": {"id": "no", "label": "Nee"}}],
    "has_attachments": True, "assigned_user_email": None,
}  # fmt: skip
OPEN_SIGNAL = {
    "id": 102, "signal_id": "a6a1b2c3-0000-4000-8000-0123456789ab", "text": "Gat in de weg", "source": "telefoon",
    "status": {"state": "b", "text": "Wordt bekeken", "created_at": "2026-02-01T10:00:00+01:00"},
    "category": {"main": "Wegen", "sub": "Onderhoud", "departments": ""},
    "location": {"address": {"openbare_ruimte": "Kade", "huisnummer": 3}}, "reporter": {"email": None, "phone": ""},
    "priority": {"priority": "normal"}, "type": {"code": "COM"}, "created_at": "2026-02-01T09:00:00+01:00",
    "notes": [{"text": "Gebeld met de melder", "created_by": "x@example.org",
               "created_at": "2026-02-01T11:00:00+01:00"}],
    "extra_properties": {"old": "shape"}, "has_attachments": False,
}  # fmt: skip
BROKEN_SIGNAL = {"id": 103, "text": "zonder tijd", "created_at": "gisteren"}
HISTORY = [
    {"identifier": "UPDATE_STATUS_1", "when": "2026-01-05T09:00:00+01:00", "what": "UPDATE_STATUS",
     "action": "Status gewijzigd naar: Gemeld", "description": None, "user": "Signalen systeem", "_signal": 101},
    {"identifier": "CREATE_NOTE_1", "when": "2026-01-06T10:00:00+01:00", "what": "CREATE_NOTE",
     "action": "Notitie toegevoegd:", "description": "Lamp besteld.", "user": "behandelaar@example.org"},
    {"identifier": "UPDATE_STATUS_2", "when": None, "what": "UPDATE_STATUS", "action": "onleesbaar"},
]  # fmt: skip
ATTACHMENTS = [
    {"_display": "Attachment 1", "location": "https://signalen.example/media/attachments/lamp.jpg", "is_image": True},
    {"_display": "Attachment 2", "location": "https://signalen.example/media/attachments/gone.jpg", "is_image": True},
]
CATEGORIES = [{
    "name": "Wegen", "slug": "wegen", "sub_categories": [
        {"name": "Straatverlichting", "slug": "verlichting", "is_active": True, "handling": "I5DMC",
         "departments": [{"code": "VOR", "name": "Voorbeeld", "is_intern": True},
                         {"code": "urban", "name": "urban", "is_intern": True, "is_responsible": True}]},
        {"name": "Onderhoud", "slug": "onderhoud", "is_active": True, "departments": []},
        {"name": "Oud", "slug": "oud", "is_active": False, "departments": []},
    ]}]  # fmt: skip
TEXTS = [
    {"id": 4, "title": "Opgelost", "text": "Melding {{ signal_id }} is opgelost.", "state": "o", "active": True,
     "categories": [{"name": "Straatverlichting", "main_name": "Wegen"}]},
    {"id": 5, "title": "Vraag", "text": "Kunt u {{ onbekend }} sturen?", "state": "reaction requested", "active": True},
    {"id": 6, "title": "Weg", "text": "x", "state": "o", "active": False},
]  # fmt: skip
FMS_SHEET = """\
Report ID,Title,Detail,User Name,Category,Subcategory,Created,Confirmed,Acknowledged,Fixed,Closed,Status,Latitude,Longitude,Query,Ward,Easting,Northing,Report URL,Device Type,Site Used,Reported As
1201,Lamp out,"The lamp at the corner, by the ""Old Oak"", is out",Ann Example,Street lighting,,2026-01-05T09:00:00,2026-01-05T09:05:00,,2026-01-09T12:00:00,,fixed - council,51.5007,-0.1246,,East,530000,180000,https://fix.example/report/1201,mobile,fix.example,
1202,=HYPERLINK("x"),Deep hole,,Potholes,,2026-02-01T10:00:00,,,,,investigating,51.5,0,,,,,https://fix.example/report/1202,desktop,fix.example,
1203,No time,x,,Potholes,,,,,,,confirmed,,,,,,,,,,
"""  # noqa: E501 - a sheet as it is exported
FMS_UPDATES = """\
Report ID,Update ID,Date,Status,Problem state,Text,User Name,Reported As
1201,1,2026-01-06T10:00:00,confirmed,investigating,We look at it,Staff Person,body
1201,2,2026-01-09T12:00:00,confirmed,fixed - council,Lamp replaced,Staff Person,body
"""
FMS_REQUEST = {
    "service_request_id": "1301", "title": "Rubbish", "detail": "Bags by the bench", "description": "Rubbish: bags",
    "status": "closed", "service_name": "Rubbish", "service_code": "R", "requestor_name": "Bo Example",
    "requested_datetime": "2026-01-10T08:00:00Z", "updated_datetime": "2026-01-12T08:00:00Z", "lat": "51.5",
    "long": "-0.1", "agency_sent_datetime": "2026-01-10T08:05:00Z", "interface_used": "Web interface",
    "comment_count": "1",
}  # fmt: skip
FMS_UPDATE = {"update_id": "9", "service_request_id": "1301", "status": "fixed", "description": "Collected",
              "updated_datetime": "2026-01-12T08:00:00Z"}  # fmt: skip


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def folder(path):
    """A Signalen's answers saved as files."""
    (path / "attachments").mkdir(parents=True)
    for name, value in {
        "signals": {"count": 3, "results": [SIGNAL, OPEN_SIGNAL, BROKEN_SIGNAL]}, "signals-101-history": HISTORY,
        "signals-101-attachments": {"results": ATTACHMENTS}, "categories": {"results": CATEGORIES},
        "texts": {"results": TEXTS},
    }.items():  # fmt: skip
        (path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (path / "attachments" / "lamp.jpg").write_bytes(photo())
    return path


def sheets(path):
    """A Signalen's CSV export."""
    path.mkdir()
    tables = {
        "signals": "id,signal_uuid,source,text,text_extra,incident_date_start,created_at,expire_date,"
                   "extra_properties,category_assignment_id,location_id,reporter_id,status_id,priority,type,mystery\n"
                   f'101,{UUID},online,"Lamp, stuk",,2026-01-05 08:00:00+00,2026-01-05 08:00:00.5+00,,'
                   '"[{""label"": ""Nummer"", ""answer"": ""LP-7""}]",5,6,7,9,high,SIG,42\n',
        "statuses": "id,text,user,state_display,created_at,_signal_id,state\n"
                    "8,,x@example.org,Gemeld,2026-01-05 08:00:00+00,101,m\n"
                    "9,Vervangen,x@example.org,Afgehandeld,2026-01-08 14:30:00+00,101,o\n",
        "locations": "id,lat,lng,stadsdeel,buurt_code,address_text\n6,52.3702,4.8952,A,A00b,Dorpsstraat 12\n",
        "reporters": "id,email,phone,is_anonymous\n7,melder@example.org,0612345678,f\n",
        "category_assignments": "id,main,sub,departments\n5,Wegen,Straatverlichting,urban\n",
    }  # fmt: skip
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path
