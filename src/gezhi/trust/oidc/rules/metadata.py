"""How a provider describes itself (OpenID Connect Discovery): read, checked, and reduced to what is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gezhi.trust.oidc.rules.jose import KINDS

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
WELL_KNOWN = "/.well-known/openid-configuration"
LONGEST = 500


class MetadataError(ValueError):
    """A description that does not do; `fault` says what is wrong in it."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Provider:
    """The addresses of a provider and how it wants to be spoken to."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    by_form: bool  # the secret travels in the form, since the provider takes no Basic authentication
    names_itself: bool  # the provider puts `iss` into its answers (RFC 9207)


def safe_address(address: object) -> bool:
    """Whether an address may be spoken to: https, or http on this very machine; no user, no fragment.

    >>> safe_address("https://id.example.gov.cn/realm"), safe_address("http://127.0.0.1:8080/"), safe_address("")
    (True, True, False)
    >>> [safe_address(text) for text in ("http://id.example", "ftp://127.0.0.1/", "https://a@b/", "https://a/#b", 7)]
    [False, False, False, False, False]
    """
    if not isinstance(address, str) or not address.isprintable() or " " in address or len(address) > LONGEST:
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or "#" in address or "\\" in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def provider_of(document: Mapping[str, Any], issuer: str) -> Provider:
    """The provider that a document describes. Faults: issuer, algorithms, or the name of an address."""
    if document.get("issuer") != issuer:
        raise MetadataError("issuer")
    offered = document.get("id_token_signing_alg_values_supported", ["RS256"])
    if not isinstance(offered, list) or not set(KINDS) & {item for item in offered if isinstance(item, str)}:
        raise MetadataError("id_token_signing_alg_values_supported")
    found = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        address = document.get(name) or ""
        wanted = name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if (wanted or address) and not safe_address(address):
            raise MetadataError(name)
        found[name] = str(address)
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    by_form = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    named = document.get("authorization_response_iss_parameter_supported") is True
    return Provider(issuer=issuer, by_form=by_form, names_itself=named, **found)
