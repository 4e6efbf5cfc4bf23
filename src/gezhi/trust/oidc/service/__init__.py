"""Verbs of coming in by a provider of identities."""

from gezhi.trust.oidc.service.entering import arrive, begin, come_back, connect, keep_grant
from gezhi.trust.oidc.service.provider import forget, look_up
from gezhi.trust.oidc.service.settings import (
    VERB,
    Office,
    add_rule,
    drop_rule,
    office,
    office_on,
    secret_file,
    set_provider,
    try_on,
)
from gezhi.trust.oidc.service.watching import check, check_due, check_session, log_out

__all__ = [
    "VERB",
    "Office",
    "add_rule",
    "arrive",
    "begin",
    "check",
    "check_due",
    "check_session",
    "come_back",
    "connect",
    "drop_rule",
    "forget",
    "keep_grant",
    "log_out",
    "look_up",
    "office",
    "office_on",
    "secret_file",
    "set_provider",
    "try_on",
]
