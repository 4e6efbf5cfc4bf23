"""A client of the assistant's door, written from the standard: it keeps the session and numbers its questions."""

import json

import pytest
from django.test import Client

from gezhi.trust.rules import Actor
from gezhi.trust.service import users

SPOKEN = "2025-06-18"


class Assistant:
    """A client written from the standard: it keeps the session and numbers its questions."""

    def __init__(self, token, **headers):
        self.http, self.number, self.session = Client(enforce_csrf_checks=True), 0, ""
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream", **headers}
        self.heard = []

    def post(self, message, **headers):
        session = {"Mcp-Session-Id": self.session, "Mcp-Protocol-Version": SPOKEN} if self.session else {}
        return self.http.post("/mcp", json.dumps(message), content_type="application/json",
                              headers={**self.headers, **session, **headers})  # fmt: skip

    def ask(self, method, **params):
        self.number += 1
        answer = self.post({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        if answer["Content-Type"].startswith("text/event-stream"):
            sent = [json.loads(part.partition("data: ")[2]) for part in answer.content.decode().split("\n\n") if part]
            self.heard += sent[:-1]
            return sent[-1]
        return answer.json()

    def begin(self):
        hello = {"protocolVersion": SPOKEN, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        first = self.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})
        self.session = first["Mcp-Session-Id"]
        assert self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
        return first.json()["result"]

    def tools(self):
        return {tool["name"]: tool for tool in self.ask("tools/list")["result"]["tools"]}

    def call(self, tool, /, **arguments):
        answer = self.ask("tools/call", name=tool, arguments=arguments)
        return answer.get("result", answer)

    def done(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert not result.get("isError"), result
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return result["structuredContent"]

    def refused(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert result["isError"], result
        assert result["content"][0]["text"].startswith(result["structuredContent"]["code"])
        return result["structuredContent"]["code"]


@pytest.fixture
def token_of(office):
    return lambda name: users.create_token(name, "assistant", actor=Actor.system("tests"), now=office.now)


@pytest.fixture
def assistant(token_of):
    def of(name, *groups):
        one = Assistant(token_of(name))
        one.begin()
        if groups:
            one.done("unlock_tools", groups=list(groups))
        return one

    return of
