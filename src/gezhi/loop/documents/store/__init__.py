"""Questions of documents: templates and what holds, and the events that reports count."""
