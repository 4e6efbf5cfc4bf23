"""Pages of documents: templates and their trial, documents of a case, reports on screen and as files."""
