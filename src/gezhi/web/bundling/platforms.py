"""The platforms that an archive is made for: their words in wheel names, in the lock's conditions and on disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.tags import Tag, compatible_tags, cpython_tags

OLDEST_GLIBC = 28  # of the machine: Kylin V10, openEuler 20.03, Debian 10 and everything newer
PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: its name in our words, its system and machine in the words of the lock's conditions."""

    name: str
    system: str
    machine: str
    suffix: str
    pythons: tuple[str, ...] = PYTHONS

    @property
    def windows(self) -> bool:
        return self.system == "Windows"

    def wheel_platforms(self) -> tuple[str, ...]:
        """The platform parts of wheel names that this platform takes, the most demanding first.

        >>> PLATFORMS["windows-x86_64"].wheel_platforms()
        ('win_amd64',)
        >>> PLATFORMS["linux-aarch64"].wheel_platforms()[0]
        'manylinux_2_28_aarch64'
        """
        if self.windows:
            return ("win_amd64",)
        return tuple(glibc_platforms(self.machine))

    def tags(self, python: str) -> frozenset[Tag]:
        """Every tag of a wheel that installs here.

        >>> Tag("cp311", "abi3", "manylinux_2_17_x86_64") in PLATFORMS["linux-x86_64"].tags("3.12")
        True
        >>> Tag("cp311", "cp311", "manylinux_2_17_x86_64") in PLATFORMS["linux-x86_64"].tags("3.12")
        False
        """
        version = numbers(python)
        plain = "cp" + python.replace(".", "")
        names = self.wheel_platforms()
        own = cpython_tags(python_version=version, abis=[plain], platforms=names)
        return frozenset((*own, *compatible_tags(python_version=version, interpreter=plain, platforms=names)))

    def environment(self, python: str) -> dict[str, str]:
        """The values that the lock's conditions ask for.

        >>> PLATFORMS["windows-x86_64"].environment("3.13")["sys_platform"]
        'win32'
        """
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.0",
            "os_name": "nt" if self.windows else "posix",
            "platform_machine": "AMD64" if self.windows else self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.system,
            "platform_version": "",
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": "win32" if self.windows else "linux",
            "extra": "",
        }


def numbers(python: str) -> tuple[int, int]:
    """A version of Python as numbers.

    >>> numbers("3.11")
    (3, 11)
    """
    major, minor = python.split(".")
    return int(major), int(minor)


def glibc_platforms(machine: str) -> Iterator[str]:
    """Words for every glibc up to the oldest that we promise to run on, with the old names for some of them."""
    old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"} if machine == "x86_64" else {17: "manylinux2014"}
    for minor in range(OLDEST_GLIBC, 4 if machine == "x86_64" else 16, -1):
        yield f"manylinux_2_{minor}_{machine}"
        if minor in old:
            yield f"{old[minor]}_{machine}"


PLATFORMS = {
    platform.name: platform
    for platform in (
        Platform("linux-x86_64", "Linux", "x86_64", ".tar.gz"),
        Platform("linux-aarch64", "Linux", "aarch64", ".tar.gz"),
        Platform("windows-x86_64", "Windows", "AMD64", ".zip", pythons=("3.13",)),
    )
}
