"""Before the product: bodies are taken in whole, at their own pace, where they hold up nobody who is already here.

A thread that waits for the body of a slow sender is a thread that serves nobody else, and there are few. So there are
many places to wait and few to work: a request comes to the product once it is complete. What is too large is refused
before its bytes are taken, and no address holds more than its share of the places.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from tempfile import SpooledTemporaryFile
from threading import Lock, Semaphore
from typing import Any, cast

from gezhi.kit.uploads import MOST_FILES

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]
CHUNK, IN_MEMORY = 64 * 1024, 256 * 1024
PLACES, EACH = 64, 16  # bodies under way, of all and of one address: an office behind one address sends many small ones

LARGE = "内容太大，没有收取；请减少或压缩文件后再发。\nToo large to be taken: send fewer or smaller files."
MANY = (
    "从您这里同时发来的内容太多；请过几秒再发。\nToo much is being sent from where you are: try again in a few seconds."
)


def largest_body(megabytes: int) -> int:
    """What a form with as many files as we take may weigh; a sheet may be eight times a file."""
    return (max(MOST_FILES, 8) * megabytes + 5) * 2**20


class Gate:
    """A WSGI application around another."""

    def __init__(self, inner: App, *, at_once: int, largest: int, proxies: Collection[str] = ()) -> None:
        self.inner, self.largest, self.proxies = inner, largest, frozenset(proxies)
        self.working = Semaphore(at_once)
        self.waiting: Counter[str] = Counter()
        self.lock = Lock()

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._worked(environ, start)
        if length.isdecimal() and int(length) > self.largest:
            return said(start, "413 Content Too Large", LARGE)
        where = self._where(environ)
        if not self._enter(where):
            return said(start, "503 Service Unavailable", MANY, ("Retry-After", "5"))
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                size = self._taken(environ["wsgi.input"], body, int(length) if length.isdecimal() else None)
            except OSError:  # the sender has gone, in the middle too
                return said(start, "400 Bad Request", "")
            finally:
                self._leave(where)
            if size > self.largest:
                return said(start, "413 Content Too Large", LARGE)
            body.seek(0)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(size)
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            return self._worked(environ, start)

    def _where(self, environ: Environ) -> str:
        where = str(environ.get("REMOTE_ADDR", ""))
        if where in self.proxies:
            where = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or where
        return where

    def _enter(self, where: str) -> bool:
        with self.lock:
            if self.waiting.total() >= PLACES or self.waiting[where] >= EACH:
                return False
            self.waiting[where] += 1
            return True

    def _leave(self, where: str) -> None:
        with self.lock:
            self.waiting[where] -= 1
            if not self.waiting[where]:
                del self.waiting[where]

    def _taken(self, wire: Any, body: SpooledTemporaryFile[bytes], length: int | None) -> int:
        """How many bytes came; no more are taken once they are too many."""
        size = 0
        while part := wire.read(CHUNK if length is None else min(CHUNK, length - size)):
            size += len(part)
            if size > self.largest:
                break
            body.write(part)
            if size == length:
                break
        if length is not None and size < min(length, self.largest):
            raise ConnectionError  # half a form is none
        return size

    def _worked(self, environ: Environ, start: Any) -> Iterable[bytes]:
        """One of the few places to work, until the answer is made; it is sent, however slowly it is read, after that.

        An answer in pieces is made while it is sent: it holds a thread, of which there are more than places to work.
        """
        with self.working:
            answer: Any = self.inner(environ, start)
            if getattr(answer, "streaming", True):
                return cast("Iterable[bytes]", answer)
            try:
                return [b"".join(answer)]
            finally:
                answer.close()


def said(start: Any, status: str, text: str, *more: tuple[str, str]) -> list[bytes]:
    """A refusal in a few bytes, in both languages, for which nothing of the product is asked."""
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), *more])
    return [text.encode()]
