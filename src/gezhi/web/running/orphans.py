"""A child whose supervisor was killed must end: it watches its parent, and the next `serve` waits for it."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil


def watch_supervisor() -> None:
    """End this process gracefully when the supervisor that started it is gone."""
    expected = os.environ.get("GEZHI_SUPERVISOR", "")
    if not expected:
        return

    def watch() -> None:
        while psutil.pid_exists(int(expected)) if os.name == "nt" else os.getppid() == int(expected):
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()


def remember(folder: Path, name: str) -> None:
    """Leave this process's number and start time, by which the next `serve` knows it again."""
    process = psutil.Process()
    passing = folder / f".{name}.{process.pid}"
    passing.write_text(f"{process.pid} {process.create_time()}")
    passing.replace(folder / f"{name}.process")


def end_leftovers(folder: Path, *, patience: float = 8.0) -> int:
    """End children left over by a killed `serve`; a number that another process has by now is let alone."""
    left = []
    for file in folder.glob("*.process"):
        try:
            number, started = file.read_text().split()
            process = psutil.Process(int(number))
            if abs(process.create_time() - float(started)) < 1:
                process.terminate()
                left.append(process)
        except (ValueError, OSError, psutil.NoSuchProcess):
            pass
        file.unlink(missing_ok=True)
    _, stubborn = psutil.wait_procs(left, timeout=patience)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
    return len(left)
