"""Django's settings, derived from the installation's own (`gezhi.kit.config`); nothing here is meant to be edited."""

from pathlib import Path
from urllib.parse import urlsplit

import django.conf.locale

from gezhi.kit.config import config
from gezhi.kit.database.address import django_database

CONFIG = config()
HERE = Path(__file__).parent
ROOMS = ("kit", "trust", "place", "loop", "packs", "web")  # lowest first

# What runs
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "ninja",
    *(f"gezhi.{room}" for room in ROOMS),
]
AUTH_USER_MODEL = "trust.User"
AUTHENTICATION_BACKENDS = ["gezhi.trust.backend.PeopleBackend"]
ROOT_URLCONF = "gezhi.web.urls"
WSGI_APPLICATION = "gezhi.web.wsgi.application"
MIDDLEWARE = [
    "gezhi.kit.http.HouseMiddleware",
    "gezhi.kit.http.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gezhi.kit.http.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gezhi.trust.middleware.SignInMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "gezhi.kit.http.house",
            ],
        },
    },
]

# The database
DATABASES = {"default": django_database(CONFIG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Secrets and doors
SECRET_KEY = CONFIG.secret("django")
PUBLIC_HOST = urlsplit(CONFIG.public_url).hostname
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *CONFIG.allowed_hosts, *([PUBLIC_HOST] if PUBLIC_HOST else [])]
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url.rstrip("/")] if CONFIG.public_url else []
SESSION_COOKIE_NAME = "gezhi_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # a working day; shared counters must not stay open over night
SESSION_COOKIE_SECURE = CONFIG.tls
CSRF_COOKIE_NAME = "gezhi_csrf"
CSRF_COOKIE_SECURE = CONFIG.tls
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "gezhi.web.pages.csrf_failure"
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects; behind it this process hears plain http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if CONFIG.tls else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if CONFIG.tls else None
X_FRAME_OPTIONS = "DENY"
AUTHENTICATION_BACKENDS = ["gezhi.trust.backend.PeopleBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Language and time
PSEUDO = "en-xa"
django.conf.locale.LANG_INFO[PSEUDO] = {
    "bidi": False,
    "code": PSEUDO,
    "name": "Pseudo-English",
    "name_local": "Pšéudô",
}
LANGUAGE_CODE = CONFIG.language
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English"), *([(PSEUDO, "Pšéudô")] if CONFIG.pseudo else [])]
LANGUAGE_COOKIE_NAME = "gezhi_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = CONFIG.tls
LOCALE_PATHS: list[str] = []
USE_I18N = True
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
FIRST_DAY_OF_WEEK = CONFIG.first_weekday % 7

# Static files: served by the web process, names carry a digest
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(CONFIG.files)}},
    "staticfiles": {"BACKEND": "gezhi.kit.static_files.StaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# Jobs, logs, rooms' own
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": CONFIG.log_level},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
GEZHI_DATA = CONFIG.data
GEZHI_KEYS = CONFIG.keys
GEZHI_FILES = CONFIG.files
GEZHI_SEAL_LIMIT = CONFIG.seal_limit
GEZHI_UPLOAD_BYTES = CONFIG.upload_megabytes * 1024 * 1024
GEZHI_PUBLIC_URL = CONFIG.public_url.rstrip("/")
GEZHI_DIAL_URL = CONFIG.dial_url
GEZHI_RECORDING_HOSTS = frozenset(CONFIG.recording_hosts)
GEZHI_EMBED_ORIGINS = tuple(CONFIG.embed_origins)
GEZHI_DEMO = CONFIG.demo
GEZHI_OPEN311 = CONFIG.open311
GEZHI_OPEN311_JURISDICTION = CONFIG.open311_jurisdiction
GEZHI_OPEN311_MEDIA_HOSTS = frozenset(CONFIG.open311_media_hosts)
GEZHI_MAIL_URL = CONFIG.mail_url
GEZHI_MAIL_FROM = CONFIG.mail_from
GEZHI_SMS_URL = CONFIG.sms_url
GEZHI_SMS_BODY = CONFIG.sms_body
GEZHI_SMS_SECRET = CONFIG.sms_secret
GEZHI_SMS_ANSWER = CONFIG.sms_answer
GEZHI_SMS_OK = CONFIG.sms_ok
GEZHI_SMS_SIGN = CONFIG.sms_sign
GEZHI_SMS_PARTS = CONFIG.sms_parts
GEZHI_SMS_QUIET = CONFIG.sms_quiet
GEZHI_DIGEST_HOUR = CONFIG.digest_hour
GEZHI_NOTICE_DAYS = CONFIG.notice_days
GEZHI_LINK_BASE = GEZHI_PUBLIC_URL or f"http://{CONFIG.host}:{CONFIG.port}"
GEZHI_TRUSTED_PROXIES = frozenset(CONFIG.trusted_proxies)
