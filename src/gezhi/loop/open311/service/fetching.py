"""Pictures that a form only names: fetched from hosts that the installation permits, and from nowhere else."""

import io
import urllib.error
import urllib.request
from collections.abc import Collection, Sequence
from http.client import HTTPException

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.fetching import opened, parts
from gezhi.loop.open311.rules.hosts import permitted
from gezhi.loop.service.attaching import Incoming

TIMEOUT, LONGEST = 5.0, 20.0  # seconds: whoever posts waits for it


def pictures(urls: Sequence[str], hosts: Collection[str], *, largest: int) -> list[Incoming]:
    """The pictures that could be had; of any other the address stays as words, which refuses nobody's request."""
    found = (_picture(url, largest) for url in urls if permitted(url, hosts))
    return [one for one in found if one is not None][: uploads.MOST_FILES]


def _picture(url: str, largest: int) -> Incoming | None:
    request = urllib.request.Request(url, headers={"Accept": "image/*"})  # noqa: S310 - `opened` takes http and https only
    try:
        data = b"".join(parts(opened(request, TIMEOUT), largest=largest + 1, longest=LONGEST))
        judged = uploads.judge(io.BytesIO(data), len(data))
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except (Refused, urllib.error.URLError, HTTPException, OSError, ValueError):
        return None
    return Incoming(url.rpartition("/")[2][:100], io.BytesIO(data), len(data)) if judged.kind == "image" else None
