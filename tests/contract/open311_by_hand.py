"""GeoReport v2 as the standard writes it down, asked of a running server by plain HTTP; prints every breach.

python open311_by_hand.py BASE KEY      BASE such as http://127.0.0.1:8000/open311/v2
"""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

SERVICE = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
ATTRIBUTE = ["variable", "code", "datatype", "required", "datatype_description", "order", "description"]
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
REQUEST = ["service_request_id", "status", "status_notes", "service_name", "service_code", "description",
           "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
           "address", "address_id", "zipcode", "lat", "long", "media_url"]  # fmt: skip
UPDATE = ["update_id", "service_request_id", "status", "description", "updated_datetime"]
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
NASTY = "灯坏了 <script>alert('x')</script> & \"引号\" ]]> 末尾"


class Server:
    """One server under judgement; breaches are collected, not raised."""

    def __init__(self, base, key):
        self.base, self.key, self.faults = base.rstrip("/"), key, []

    def say(self, path, query=None, form=None, body=None, kind="", headers=None):
        """Status, content type and body of one request."""
        url = f"{self.base}/{path}" + (f"?{urllib.parse.urlencode(query, doseq=True)}" if query else "")
        data = body if body is not None else None if form is None else urllib.parse.urlencode(form, doseq=True).encode()
        asked = urllib.request.Request(url, data=data, headers=headers or {})
        if kind:
            asked.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def must(self, what, fits):
        if not fits:
            self.faults.append(what)

    def xml(self, path, root, **more):
        """The root of an answer in XML, which must be well formed and be called as the standard calls it."""
        status, kind, body = self.say(path, **more)
        self.must(f"{path}: {status}", status in (200, 201))
        self.must(f"{path}: content type {kind}", kind.lower().replace(" ", "") == "text/xml;charset=utf-8")
        tree = ET.fromstring(body)
        self.must(f"{path}: root {tree.tag}, not {root}", tree.tag == root)
        return tree

    def json(self, path, **more):
        status, kind, body = self.say(path, **more)
        self.must(f"{path}: {status}", status in (200, 201))
        self.must(f"{path}: content type {kind}", kind.startswith("application/json"))
        return json.loads(body)

    def refuses(self, what, status, path, **more):
        """An error: the status, and `errors/error/{code, description}` in both forms."""
        for form in ("xml", "json"):
            got, _, body = self.say(f"{path}.{form}", **more)
            self.must(f"{what}: {got}, not {status}", got == status)
            if form == "xml":
                rows = [{part.tag: part.text for part in row} for row in ET.fromstring(body).iter("error")]
            else:
                rows = json.loads(body)
            self.must(f"{what}: no error told", bool(rows))
            for row in rows:
                self.must(f"{what}: code {row.get('code')}", str(row.get("code")) == str(status))
                self.must(f"{what}: says nothing", bool(row.get("description")))


def children(element, names, server, where):
    tags = [part.tag for part in element]
    for name in names:
        server.must(f"{where}: no {name}", tags.count(name) == 1)


def services(server):
    """GET Service List: in both forms the same."""
    rows = list(server.xml("services.xml", "services"))
    server.must("services: none", bool(rows))
    for row in rows:
        server.must(f"services: {row.tag}", row.tag == "service")
        children(row, SERVICE, server, "services.xml")
        server.must("metadata is true or false", row.findtext("metadata") in ("true", "false"))
        server.must("type", row.findtext("type") in ("realtime", "batch", "blackbox"))
    told = server.json("services.json")
    server.must("services.json is another list",
                [one["service_code"] for one in told] == [row.findtext("service_code") for row in rows])  # fmt: skip
    server.must("metadata is a boolean", all(isinstance(one["metadata"], bool) for one in told))
    return told


def definition(server, code):
    """GET Service Definition: attributes with values."""
    tree = server.xml(f"services/{code}.xml", "service_definition")
    server.must("definition names its service", tree.findtext("service_code") == code)
    found = list(tree.find("attributes"))
    for row in found:
        children(row, ATTRIBUTE, server, "definition")
        server.must("datatype", row.findtext("datatype") in DATATYPES)
        server.must("required is true or false", row.findtext("required") in ("true", "false"))
        if row.findtext("datatype").endswith("valuelist"):
            for value in row.find("values"):
                server.must("value has key and name", [part.tag for part in value] == ["key", "name"])
    orders = [int(row.findtext("order")) for row in found]
    server.must("order", orders == sorted(orders) and len(set(orders)) == len(orders))
    told = server.json(f"services/{code}.json")
    server.must("definition.json", [one["code"] for one in told["attributes"]] == [r.findtext("code") for r in found])
    server.refuses("unknown service", 404, "services/no-such-service")
    return told["attributes"]


def answered(attributes):
    """The required attributes of a service, filled in."""
    made = {}
    for one in attributes:
        if not one["required"]:
            continue
        values = [value["key"] for value in one.get("values", [])]
        if one["datatype"] == "multivaluelist":
            made[f"attribute[{one['code']}][]"] = values[:2]
        else:
            usual = {"number": "3", "datetime": "2026-01-05T08:30:00Z"}.get(one["datatype"], "words")
            made[f"attribute[{one['code']}]"] = values[0] if values else usual
    return made


def posting(server, code, attributes):
    """POST Service Request: keys, what must be there, where it is; the number or a token comes back."""
    whole = {"api_key": server.key, "service_code": code, "address_string": "解放路", "lat": "30.5", "long": "114.3",
             "description": NASTY, "first_name": "Meiling", "last_name": "Zhao", "email": "meiling.zhao@example.org",
             "phone": "13900007788", **answered(attributes)}  # fmt: skip

    def without(*names, **more):
        return {name: value for name, value in {**whole, **more}.items() if name not in names}

    server.refuses("no key", 403, "requests", form=without("api_key"))
    server.refuses("wrong key", 403, "requests", form=without(api_key="wrong"))
    server.refuses("no service_code", 400, "requests", form=without("service_code"))
    server.refuses("unknown service_code", 404, "requests", form=without(service_code="no-such"))
    server.refuses("no place", 400, "requests", form=without("address_string", "lat", "long"))
    server.refuses("half a point", 400, "requests", form=without("address_string", "long"))
    required = [name for name in whole if name.startswith("attribute[")]
    if required:
        server.refuses("a required attribute is missing", 400, "requests", form=without(*required))
    row = server.xml("requests.xml", "service_requests", form=whole).find("request")
    number, token = row.findtext("service_request_id"), row.findtext("token")
    server.must("neither number nor token", bool(number or token))
    told = server.json("requests.json", form=without("lat", "long"))[0]
    server.must("a second request has a number of its own", bool(told["service_request_id"]) and
                told["service_request_id"] != number)  # fmt: skip
    if token:
        found = server.xml(f"tokens/{token}.xml", "service_requests").find("request")
        server.must("the token leads to the number", found.findtext("service_request_id") == number)
        server.must("token.json", server.json(f"tokens/{token}.json")[0]["service_request_id"] == number)
    server.refuses("unknown token", 404, "tokens/no-such-token")
    return number


def picture(server, code, attributes):
    """The media extension: a form of several parts with a picture in it."""
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018"
        "dd8db00000000049454e44ae426082"
    )
    mark, parts = "part9f2c", []
    form = {"api_key": server.key, "service_code": code, "address_string": "x", **answered(attributes)}
    for name, value in form.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts += [f"{head}{one}\r\n".encode() for one in (value if isinstance(value, list) else [value])]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="media"; filename="p.png"\r\n'
        "Content-Type: image/png\r\n\r\n".encode()
        + pixel
        + b"\r\n"
    )
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    row = server.json("requests.json", body=body, kind=f"multipart/form-data; boundary={mark}")[0]
    server.must("a picture makes no request", bool(row["service_request_id"]))


def reading(server, number):
    """GET Service Requests, one and many: fields, filters, windows, the poster's own words only with his key."""
    own = server.xml(f"requests/{number}.xml", "service_requests", query={"api_key": server.key}).find("request")
    children(own, REQUEST, server, "request")
    server.must("the words come back unharmed", (own.findtext("description") or "").startswith(NASTY))
    server.must("status", own.findtext("status") in ("open", "closed"))
    for name in ("requested_datetime", "updated_datetime"):
        server.must(f"{name} in W3C form", bool(W3C.fullmatch(own.findtext(name) or "")))
    for path in (f"requests/{number}.xml", f"requests/{number}.json", "requests.xml", "requests.json"):
        body = server.say(path)[2].decode()
        for secret in ("Meiling", "Zhao", "meiling", "13900007788", "alert("):
            server.must(f"{path} tells everybody {secret}", secret not in body)
    server.must("one request is a list", server.json(f"requests/{number}.json")[0].get("service_request_id") == number)
    server.refuses("unknown request", 404, "requests/no-such-number")
    several = server.json("requests.json", query={"service_request_id": f"{number},none"})
    server.must("several numbers", [row.get("service_request_id") for row in several] == [number])
    filters(server, number)


def filters(server, number):
    """Windows, states, services and pages."""
    now = datetime.now(UTC)
    day = timedelta(days=1)

    def ask(**query):
        return [row.get("service_request_id") for row in server.json("requests.json", query=query)]

    def at(moment):
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    server.must("today's window", number in ask(start_date=at(now - day), end_date=at(now + day)))
    server.must("the usual window", number in ask())
    server.must("a window of last month", number not in ask(start_date=at(now - 40 * day), end_date=at(now - 9 * day)))
    server.must("status open", number in ask(status="open"))
    server.must("status closed", number not in ask(status="closed"))
    server.must("both states", number in ask(status="open,closed"))
    server.must("another service", number not in ask(service_code="no-such"))
    server.must("updated_after", number in ask(updated_after=at(now - day)))
    server.must("pages do not overlap", not set(ask(page=1, page_size=1)) & set(ask(page=2, page_size=1)))
    server.must("page_size", len(ask(page_size=1)) == 1)
    wide = {"start_date": at(now - 100 * day), "end_date": at(now)}
    server.refuses("more than 90 days", 400, "requests", query=wide)
    for wrong in ({"start_date": "yesterday"}, {"end_date": "2026-02-30T00:00:00Z"}, {"status": "half"},
                  {"page": "0"}, {"page_size": "many"}):  # fmt: skip
        server.refuses(f"{wrong}", 400, "requests", query=wrong)


def updates(server, number):
    """FixMyStreet's extension: a word more is posted, and what happened is read."""
    form = {"api_key": server.key, "service_request_id": number, "update_id": "77", "status": "OPEN",
            "updated_datetime": "2026-11-22T09:00:00Z", "description": "still dark & <cold>"}  # fmt: skip
    path = "servicerequestupdates"
    server.refuses("update without a key", 403, path, form={**form, "api_key": ""})
    server.refuses("update of nothing", 404, path, form={**form, "service_request_id": "none"})
    server.refuses("update without words", 400, path, form={**form, "description": ""})
    row = server.xml(f"{path}.xml", "service_request_updates", form=form).find("request_update")
    made = row.findtext("update_id")
    server.must("update has a number", bool(made))
    again = server.json(f"{path}.json", form=form)[0]["update_id"]
    server.must("the same update twice is one", again == made)
    found = list(server.xml(f"{path}.xml", "service_requests_updates"))
    server.must("the update is told", made in [one.findtext("update_id") for one in found])
    for one in found:
        children(one, UPDATE, server, "update")
        server.must("update status", one.findtext("status") in ("open", "closed"))
        server.must("update moment", bool(W3C.fullmatch(one.findtext("updated_datetime") or "")))
        server.must("what the poster wrote is not told to all", "cold" not in (one.findtext("description") or ""))


def discovery(server):
    """The document by which clients find the endpoint."""
    tree = server.xml("discovery.xml", "discovery")
    endpoint = tree.find("endpoints/endpoint")
    server.must("discovery names the standard", "GeoReport_v2" in (endpoint.findtext("specification") or ""))
    server.must("discovery leads here", endpoint.findtext("url") == server.base)
    server.must("formats", {one.text for one in endpoint.iter("format")} == {"text/xml", "application/json"})


def judge(base, key):
    """Every breach of the standard that was found."""
    server = Server(base, key)
    told = services(server)
    asking = [one["service_code"] for one in told if one["metadata"]]
    server.must("no service asks anything: nothing is tried", bool(asking))
    code = asking[0]
    attributes = definition(server, code)
    number = posting(server, code, attributes)
    picture(server, code, attributes)
    reading(server, number)
    updates(server, number)
    discovery(server)
    server.refuses("nothing there", 404, "nothing")
    return server.faults


if __name__ == "__main__":
    breaches = judge(*sys.argv[1:3])
    sys.stdout.write("\n".join(breaches or ["as the standard has it"]) + "\n")
    sys.exit(bool(breaches))
