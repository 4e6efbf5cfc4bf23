"""The processes that `gezhi serve` keeps alive: started, looked at, started again with growing pauses, ended."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds after which an end counts as the first again
# A group of its own, so that a key press in the terminal reaches only us; and what asks a member of it to end.
APART: dict[str, Any]
if sys.platform == "win32":
    APART, END = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}, signal.CTRL_BREAK_EVENT
else:
    APART, END = {"start_new_session": True}, signal.SIGTERM
LARGEST_LOG = 10 * 1024 * 1024


def program(*arguments: str) -> list[str]:
    """The command line of ourselves."""
    return [sys.executable, "-m", "gezhi.cli", *arguments]


@dataclass(slots=True)
class Child:
    """One process kept alive, with its log."""

    name: str
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    ends: int = 0
    not_before: float = 0.0
    command: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start the process in a session of its own, so that a key press in the terminal reaches only us."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command or program(self.name),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment, "GEZHI_SUPERVISOR": str(os.getpid())},
                **APART,
            )
        self.started = time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look(self) -> str | None:
        """Start the process again when it has ended and its pause is over; says what happened, for the terminal."""
        if self.alive():
            return None
        moment = time.monotonic()
        if self.process is not None:
            code = self.process.returncode
            self.ends = 1 if moment - self.started > STEADY else self.ends + 1
            pause = min(LONGEST_PAUSE, 0.25 * 2 ** (self.ends - 1))
            self.not_before = moment + pause
            self.process = None
            return f"{self.name} ended ({reason(code)}); starting it again in {pause:g} s, see {self.log}"
        if moment >= self.not_before:
            self.start()
        return None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(END)

    def make_stop(self, deadline: float) -> None:
        """Wait until the deadline (monotonic), then kill."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def reason(code: int) -> str:
    """How a process ended, in words.

    >>> reason(-9), reason(1)
    ('SIGKILL', 'exit code 1')
    """
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
