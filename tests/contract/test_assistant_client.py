"""The official client of the Model Context Protocol speaks with us: shakes hands, lists, unlocks, works a case."""

import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
mcp = pytest.importorskip("mcp", reason="the official client is not installed (dependency group dev)")


@pytest.fixture
def office(db, monkeypatch):
    sys.path.append(str(Path(__file__).parents[1] / "loop"))  # the small office of the loop's tests
    from loop_office import build_office

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the test's own transaction lives in this very thread
    return build_office()


def client_of(token):
    """Their HTTP client, with our application where the network would be."""
    import httpx2
    from django.test import Client

    class Inward(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request):
            body = await request.aread()
            headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
            answer = Client(headers=headers).generic(
                request.method, request.url.path, body, content_type=request.headers.get("content-type", "")
            )
            return httpx2.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)

    return httpx2.AsyncClient(transport=Inward(), headers={"Authorization": f"Bearer {token}"})


def test_the_official_client(office):
    import anyio
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client

    from gezhi.trust.rules import Actor
    from gezhi.trust.service.users import create_token

    case = office.receive(matter="0101", kind="complaint")
    token = create_token("dora", "contract", actor=Actor.system("tests"), now=office.now)
    heard = []

    async def hear(message):
        heard.append(getattr(message, "method", ""))

    async def talk():
        way = streamable_http_client("http://testserver/mcp", http_client=client_of(token))
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

    anyio.run(talk)
    assert "notifications/tools/list_changed" in heard
