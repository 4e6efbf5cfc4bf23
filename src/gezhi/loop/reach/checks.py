"""What `gezhi check` looks at here: settings by which no message to citizens would go out."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from gezhi.kit.checkup import Finding, looks_at
from gezhi.kit.senders import faults


@looks_at("messages")
def settings_work(now: datetime) -> Iterator[Finding]:
    """Settings of the gateway that are no address, or no JSON with the number and the text in it."""
    del now
    for name in faults(settings.GEZHI_SMS_URL, settings.GEZHI_SMS_BODY):
        yield Finding("sms-setting", setting=name, variable=f"GEZHI_{name.upper()}")
