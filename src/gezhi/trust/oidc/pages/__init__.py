"""Pages and addresses of coming in by a provider of identities."""
