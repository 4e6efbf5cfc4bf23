"""The official client of the Model Context Protocol speaks with us: shakes hands, lists, unlocks, works a case."""

import asyncio
import queue
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
mcp = pytest.importorskip("mcp", reason="the official client is not installed (dependency group dev)")


@pytest.fixture
def office(db):
    sys.path.append(str(Path(__file__).parents[1] / "loop"))  # the small office of the loop's tests
    from loop_office import build_office

    return build_office()


class Relay:
    """Their HTTP client in a thread of its own; each request is answered by our application in the test's thread."""

    def __init__(self, token):
        self.waiting, self.token = queue.Queue(), token

    def client(self):
        import httpx2

        waiting = self.waiting

        class Inward(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request):
                asked, answered = (request, await request.aread()), Future()
                waiting.put((asked, answered))
                status, headers, content = await asyncio.wrap_future(answered)
                return httpx2.Response(status, headers=headers, content=content)

        return httpx2.AsyncClient(transport=Inward(), headers={"Authorization": f"Bearer {self.token}"})

    def answer(self, request, body):
        from django.test import Client

        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        kind = request.headers.get("content-type", "")
        came = Client(headers=headers).generic(request.method, request.url.path, body, content_type=kind)
        return came.status_code, dict(came.items()), came.content

    def run(self, talk):
        """Let the client talk until it has said everything."""
        faults = []

        def speak():
            try:
                asyncio.run(talk())
            except BaseException as fault:  # noqa: BLE001 - told in the test's own thread
                faults.append(fault)

        thread = threading.Thread(target=speak)
        thread.start()
        while thread.is_alive() or not self.waiting.empty():
            try:
                (request, body), answered = self.waiting.get(timeout=0.05)
            except queue.Empty:
                continue
            answered.set_result(self.answer(request, body))
        thread.join()
        if faults:
            raise faults[0]


def test_the_official_client(office):
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client

    from gezhi.trust.rules import Actor
    from gezhi.trust.service.users import create_token

    case = office.receive(matter="0101", kind="complaint")
    relay = Relay(create_token("dora", "contract", actor=Actor.system("tests"), now=office.now))
    heard = []

    async def hear(message):
        heard.append(getattr(message, "method", ""))

    async def talk():
        async with relay.client() as http:
            way = streamable_http_client("http://testserver/mcp", http_client=http)
            async with Client(way, message_handler=hear) as client:
                first = {tool.name for tool in (await client.list_tools()).tools}
                assert first == {"find_cases", "read_case", "what_can_i_do", "unlock_tools"}
                await client.call_tool("unlock_tools", {"groups": ["intake"]})
                more = {tool.name for tool in (await client.list_tools()).tools}
                assert "case_accept" in more
                done = await client.call_tool("case_accept", {"case": case, "seen": 1})
                assert not done.is_error
                assert done.structured_content["state"] == "accepted"
                late = await client.call_tool("case_accept", {"case": case, "seen": 1})
                assert late.is_error
                assert late.structured_content["code"] == "case-moved"

    relay.run(talk)
    assert "notifications/tools/list_changed" in heard
