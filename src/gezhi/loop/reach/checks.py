"""What `gezhi check` looks at here: settings by which no message to citizens would go out."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from gezhi.kit.checkup import Finding, looks_at
from gezhi.kit.senders import faults
from gezhi.loop.partners import store
from gezhi.loop.reach.service.telling import addressed, worded


@looks_at("messages")
def settings_work(now: datetime) -> Iterator[Finding]:
    """Settings of the gateway that cannot work; ways without texts, or whose links would open nowhere."""
    del now
    for name in faults(settings.GEZHI_SMS_URL, settings.GEZHI_SMS_BODY):
        yield Finding("sms-setting", setting=name, variable=f"GEZHI_{name.upper()}")
    for way in ("sms", "mail"):
        if store.first_of(way) is not None and not worded(way):
            yield Finding("reach-unworded", way=way)
        if store.first_of(way) is not None and not addressed(way):
            yield Finding("reach-no-address", way=way)
