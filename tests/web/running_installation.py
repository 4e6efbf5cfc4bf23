"""An installation in a folder of the test's own, driven as a person drives it: through the command line."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil


class Installation:
    def __init__(self, folder, **environment):
        self.folder = Path(folder)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GEZHI_", "LC_"))}
        small = {"GEZHI_DB_SHARED_BUFFERS": "16MB", "LANG": "en_US.UTF-8"}
        self.environment = {**kept, **small, "GEZHI_DATA": str(self.folder), **environment}
        self.serving = None
        self.output = self.folder.parent / f"{self.folder.name}.out"
        self.address = ""

    def run(self, *arguments, expect=0, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "gezhi.cli", *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=400,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == expect, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def refused(self, *arguments, **environment):
        """The code of the refusal with which a command ends."""
        said = self.run(*arguments, expect=1, **environment).stderr
        match = re.search(r"\[([a-z-]+)\]\s*$", said)
        assert match, said
        return match[1]

    def serve(self, *arguments):
        with self.output.open("w") as output:
            self.serving = subprocess.Popen(
                [sys.executable, "-m", "gezhi.cli", "serve", *arguments],
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        last = re.compile(r"^http://[\w.]+:\d+/$", re.MULTILINE)
        wait_until(lambda: last.search(self.output.read_text()) or self.serving.poll() is not None)
        said = self.output.read_text()
        assert self.serving.poll() is None, said
        self.address = said.split()[-1]

    def get(self, path):
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self):
        return self.get("readyz?for=web")[0] == 200

    def process(self, name):
        """The number of a process that `serve` keeps alive, or None."""
        file = self.folder / "run" / f"{name}.process"
        return int(file.read_text().split()[0]) if file.exists() else None

    def database(self):
        file = self.folder / "postgres" / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() else None

    def kill(self, number):
        os.kill(number, signal.SIGKILL)

    def end(self):
        """Leave nothing behind, whatever the test did."""
        if self.serving is not None:
            self.serving.kill()
            self.serving.wait()
        subprocess.run(
            [sys.executable, "-m", "gezhi.cli", "stop"], env=self.environment, capture_output=True, check=False
        )


def alive(number):
    return psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE


def wait_until(condition, seconds=240):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
