"""Running an installation: making it, keeping its processes alive, saving and restoring it."""
