"""Kernel: what every room may rely on and that relies on nothing but the standard library."""
