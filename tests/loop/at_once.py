"""Acts in threads that begin together, for tests of what two people do in one moment."""

import threading

from django.db import connection


def at_once(*acts):
    """What each act gave, or what it raised."""
    start, given = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        start.wait(10)
        try:
            given[place] = act()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test looks at it
            given[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return given


def refused(given):
    """The codes of what was refused; any other fault is raised."""
    faults = [one for one in given if isinstance(one, Exception)]
    for fault in faults:
        if not hasattr(fault, "code"):
            raise fault
    return sorted(fault.code for fault in faults)
