"""Pure rules of moving in: how other systems write things down, what becomes of it here, and what is lost."""
