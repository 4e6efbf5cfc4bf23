"""The web process as WSGI servers want it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
application = get_wsgi_application()
