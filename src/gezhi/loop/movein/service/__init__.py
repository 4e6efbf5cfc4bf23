"""What moving in does: it asks other servers, reads their files, and hands what it finds to the import."""
