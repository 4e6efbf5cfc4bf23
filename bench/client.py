"""A plain HTTP client with kept connections, one per thread, so that its own cost stays small."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.installation import Installation

_local = threading.local()


def call(place: Installation, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and JSON of one request as one of the people."""
    link: http.client.HTTPConnection | None = getattr(_local, "link", None)
    if link is None or getattr(_local, "port", None) != place.port:
        link = _local.link = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
        _local.port = place.port
    headers = {**(place.headers(who) if who else {}), "Content-Type": "application/json"}
    try:
        link.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = link.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        link.close()
        return 0, None
    return answer.status, json.loads(text) if text else None


@dataclass
class Run:
    """What many calls came to."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0


def many(work: Callable[[int], bool], count: int, threads: int) -> Run:
    """`work` called `count` times by some threads; it answers whether it went well."""
    run = Run()
    lock = threading.Lock()

    def one(number: int) -> None:
        start = time.perf_counter()
        well = work(number)
        with lock:
            run.took.append(time.perf_counter() - start)
            run.failed += 0 if well else 1

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(count)))
    run.seconds = time.perf_counter() - begun
    return run


WORDS: Sequence[str] = (
    "路灯不亮，晚上走路很危险", "楼下烧烤店油烟很大", "小区垃圾两天没有清运", "夜里工地施工，老人睡不着",
    "自来水发黄，不敢用",
)  # fmt: skip


def report(number: int, matter: str) -> dict[str, Any]:
    """A report as the portal of a city would send it."""
    return {
        "text": f"{WORDS[number % 5]}，反映过几次没有解决，请尽快处理。编号{number}", "title": WORDS[number % 5],
        "place": f"江东街道丽江路{number % 400}号", "kind": "complaint", "matter": matter, "urgency": 1 + number % 2,
        "name": "王小明", "phone": f"138{number % 10**8:08}", "channel": "web",
    }  # fmt: skip
