"""What the adapter does: it tells of services and requests, and takes requests and updates from those with a key."""
