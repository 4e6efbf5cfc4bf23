"""Another city's server on a port, answering as a test says: by path, from a table or a function of the query."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit


class City:
    """Answers by path; everything that was asked is kept."""

    def __init__(self):
        self.answers, self.asked, self.url = {}, [], ""

    def say(self, path, answer):
        """An answer: text, or (status, text), or a function of the query that gives one of both."""
        self.answers[path] = answer

    def told(self, path, headers):
        split = urlsplit(path)
        query = dict(parse_qsl(split.query))
        self.asked.append((split.path, query, headers.get("Authorization", "")))
        answer = self.answers.get(split.path, (404, "nothing"))
        answer = answer(query) if callable(answer) else answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return status, body if isinstance(body, bytes) else body.encode()


@contextmanager
def city():
    one = City()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = one.told(self.path, self.headers)
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "7")
            if status == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    one.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
