"""The example of the guide, run as it stands: what it would send to the server is taken by the door."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from gezhi.loop.calls import secret
from gezhi.loop.models import Call

DOCS = Path(__file__).parents[2] / "docs" / "guides"
PAGES = [DOCS / "operator-of-the-server.md", DOCS / "zh" / "operator-of-the-server.md"]
SHIM = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done > "$SENT"\n'
GEZHI = '#!/bin/sh\ntest "$1 $2" = "loop cti-secret" && printf "%s\\n" "$PRINTED"\n'


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
@pytest.mark.django_db
def test_the_example_with_curl_works(page, tmp_path, settings, office):
    if not shutil.which("openssl"):
        pytest.skip("openssl, which the example uses, is not installed here")
    settings.GEZHI_KEYS = tmp_path / "keys"
    block = next(
        text
        for text in re.findall(r"```\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        if "cti/events" in text
    )
    for name, text in (("curl", SHIM), ("gezhi", GEZHI)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SENT": str(tmp_path / "sent"), "PRINTED": secret.present()}
    subprocess.run(["/bin/bash", "-euc", block], env=env, check=True)
    words = (tmp_path / "sent").read_text().split("\0")
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("--data-binary") + 1]
    kind = headers.pop("Content-Type")
    path = next(word for word in words if word.startswith("http://")).removeprefix("http://127.0.0.1:8000")
    answer = Client().post(path, body, content_type=kind, headers=headers)
    assert answer.status_code == 200, answer.content
    assert Call.objects.get().call_id == json.loads(body)["call_id"]
