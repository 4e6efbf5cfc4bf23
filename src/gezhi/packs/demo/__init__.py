"""The demo city: a year of invented cases, driven through the real verbs."""

from gezhi.packs.demo.install import Demo, install_demo

__all__ = ["Demo", "install_demo"]
