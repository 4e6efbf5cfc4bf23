"""Pure rules of OpenID Connect: signatures, claims, the provider's own description, the mapping to units and roles."""
