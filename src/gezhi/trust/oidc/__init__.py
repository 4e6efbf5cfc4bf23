"""Coming in by the office's own provider of identities (OpenID Connect), and keeping leavers out."""
