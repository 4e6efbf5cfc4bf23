"""Locks on open files, alike on Linux and Windows: they go when the file is closed or the process ends, however."""

import sys
from typing import IO

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    AT_ONCE, ALONE = 1, 2
    HELD_BY_ANOTHER = {33, 997}
    KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)

    class Overlapped(ctypes.Structure):
        """Where the lock lies: far behind the end of the file, since Windows lets nobody read what is locked."""

        _fields_ = (
            ("internal", ctypes.c_size_t),
            ("internal_high", ctypes.c_size_t),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    def take(file: IO[str], *, shared: bool = False, wait: bool = False) -> bool:
        """Take a lock, giving up the one that this file holds; false when another holds it and we do not wait."""
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(file.fileno()))
        place = Overlapped(offset=0x7FFFFFFF)
        KERNEL.UnlockFileEx(handle, 0, 1, 0, ctypes.byref(place))
        flags = (0 if shared else ALONE) | (0 if wait else AT_ONCE)
        if KERNEL.LockFileEx(handle, flags, 0, 1, 0, ctypes.byref(Overlapped(offset=0x7FFFFFFF))):
            return True
        if ctypes.get_last_error() in HELD_BY_ANOTHER:
            return False
        raise ctypes.WinError(ctypes.get_last_error())

else:
    import fcntl

    def take(file: IO[str], *, shared: bool = False, wait: bool = False) -> bool:
        """Take a lock, giving up the one that this file holds; false when another holds it and we do not wait."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
