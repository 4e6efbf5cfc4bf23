"""The web process as WSGI servers want it."""

import os

from django.core.wsgi import get_wsgi_application

from gezhi.kit.config import config
from gezhi.web.gate import Gate, largest_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
CONFIG = config()
application = Gate(
    get_wsgi_application(), at_once=CONFIG.web_threads, largest=largest_body(CONFIG.upload_megabytes),
    proxies=CONFIG.trusted_proxies,
)  # fmt: skip
