"""Django settings. Every name read from the environment is documented in docs/reference/settings.md."""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from passerelle.config.database import database_settings
from passerelle.config.keys import signing_key
from passerelle.config.paths import PROJECT, VAR

DEMO = os.environ.get("PASSERELLE_DEMO", "0") == "1"
DEBUG = os.environ.get("PASSERELLE_DEBUG", "0") == "1"


def _secret_key(path: Path) -> str:
    """Return the key in the environment, or the one this installation made for itself on first start."""
    given = os.environ.get("PASSERELLE_SECRET_KEY")
    if given:
        return given
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = _secret_key(VAR / "secret_key")
ALLOWED_HOSTS = os.environ.get("PASSERELLE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("PASSERELLE_ORIGINS", "").split(",") if origin]
ROOT_URLCONF = "passerelle.config.urls"
WSGI_APPLICATION = "passerelle.config.wsgi.application"

CORE_APPS = [
    "passerelle.core.parameters",
    "passerelle.core.terminology",
    "passerelle.core.directory",
    "passerelle.core.files",
    "passerelle.core.access",
    "passerelle.core.notify",
    "passerelle.core.oauth",
    "passerelle.core.audit",
    "passerelle.core.ui",
]
CARE_APPS = [
    "passerelle.care.savings",
    "passerelle.care.channels",
    "passerelle.care.exchange",
    "passerelle.care.delivery",
    "passerelle.care.identity",
    "passerelle.care.matching",
    "passerelle.care.identitovigilance",
    "passerelle.care.consent",
    "passerelle.care.record",
    "passerelle.care.liaison",
    "passerelle.care.forms",
    "passerelle.care.appointments",
    "passerelle.care.reminders",
    "passerelle.care.preadmission",
    "passerelle.care.messaging",
    "passerelle.care.devices",
    "passerelle.care.carepaths",
    "passerelle.care.patientspace",
]
EVIDENCE_APPS = ["passerelle.evidence.warehouse", "passerelle.evidence.indicators"]
COOPERATION_APPS = ["passerelle.cooperation.governance", "passerelle.cooperation.projects"]

INSTALLED_APPS = [
    *COOPERATION_APPS,
    *EVIDENCE_APPS,
    *CARE_APPS,
    *CORE_APPS,
    "passerelle.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "passerelle.core.access.idling.IdleSessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "passerelle.core.access.middleware.ViewerMiddleware",
    "passerelle.core.oauth.middleware.BearerMiddleware",
    "passerelle.core.oauth.middleware.FreshProofMiddleware",
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
                "passerelle.core.ui.context_processors.shell",
            ],
        },
    },
]

DATABASES = {"default": database_settings()}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# sign-in (the rate limits and the codes already used are shared by all processes: in the database)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "access_cache"}}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "passerelle.core.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "passerelle.core.access.adapters.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "invitation": "20/10m/ip",
}
ACCOUNT_FORMS = {"login": "passerelle.core.access.forms.SignInForm"}
MFA_ADAPTER = "passerelle.core.access.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "passerelle.core.access.forms.CodeForm",
    "authenticate_webauthn": "passerelle.core.access.forms.KeyForm",
    "reauthenticate": "passerelle.core.access.forms.ConfirmCodeForm",
    "activate_totp": "passerelle.core.access.forms.ActivateCodesForm",
    "add_webauthn": "passerelle.core.access.forms.AddKeyForm",
    "edit_webauthn": "passerelle.core.access.forms.NameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Passerelle"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG

# Who comes by a provider of identities: one without address has no button and no door.
IDENTITY_PROVIDERS = {
    "psc": {
        "code": "psc",
        "label": "Pro Santé Connect",
        "url_name": "oauth:psc",
        "issuer": os.environ.get("PASSERELLE_PSC_ISSUER", ""),
        "client_id": os.environ.get("PASSERELLE_PSC_CLIENT_ID", "passerelle"),
        "client_secret": os.environ.get("PASSERELLE_PSC_CLIENT_SECRET", ""),
        "for_whom": "Vous êtes professionnel de santé",
        "promise": "Votre carte CPS ou votre e-CPS suffit\u00a0: aucun mot de passe de plus.",
    },
    "franceconnect": {
        "code": "franceconnect",
        "label": "FranceConnect",
        "url_name": "oauth:franceconnect",
        "issuer": os.environ.get("PASSERELLE_FC_ISSUER", ""),
        "client_id": os.environ.get("PASSERELLE_FC_CLIENT_ID", "passerelle"),
        "client_secret": os.environ.get("PASSERELLE_FC_CLIENT_SECRET", ""),
        "acr": os.environ.get("PASSERELLE_FC_ACR", "eidas1"),
        "decryption_key": os.environ.get("PASSERELLE_FC_DECRYPTION_KEY", ""),
        "for_whom": "Vous êtes patient",
        "promise": "Utilisez le compte que vous avez déjà\u00a0: impôts, assurance maladie, La Poste.",
    },
}

# Applications (SMART on FHIR). RFC 9700 throughout: PKCE by S256, digests instead of tokens, replays seen.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105 - the name of a table
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"  # noqa: S105 - the same
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"  # noqa: S105 - the same
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "passerelle.core.oauth.engine.validator.Validator",
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": signing_key(VAR / "oauth_key.pem"),
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "ID_TOKEN_EXPIRE_SECONDS": 300,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 3600,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "PKCE_REQUIRED": True,
    "ALLOW_URI_WILDCARDS": False,
    "SCOPES": {"openid": "each application has those of its declaration"},
    "DEFAULT_SCOPES": [],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
_behind_tls = os.environ.get("PASSERELLE_TLS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _behind_tls
SECURE_HSTS_SECONDS = 31_536_000 if _behind_tls else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _behind_tls else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("PASSERELLE_LOG_LEVEL", "WARNING")},
}

# notices by ordinary mail (that something awaits, never what); none are sent without a host
EMAIL_HOST = os.environ.get("PASSERELLE_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("PASSERELLE_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("PASSERELLE_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PASSERELLE_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("PASSERELLE_SMTP_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("PASSERELLE_SMTP_FROM", "passerelle@localhost")
EMAIL_PER_SECOND = os.environ.get("PASSERELLE_SMTP_PER_SECOND", "5")

# messages to people: the gateway of SMS (Kannel's HTTP interface), and where people find this house
PUBLIC_ADDRESS = os.environ.get("PASSERELLE_ADDRESS", "http://localhost:8000").rstrip("/")
SMS_GATEWAY = {
    "address": os.environ.get("PASSERELLE_SMS_ADDRESS", ""),
    "username": os.environ.get("PASSERELLE_SMS_USER", ""),
    "password": os.environ.get("PASSERELLE_SMS_PASSWORD", ""),
    "sender": os.environ.get("PASSERELLE_SMS_FROM", ""),
    "per_second": os.environ.get("PASSERELLE_SMS_PER_SECOND", "10"),
    "timeout_s": os.environ.get("PASSERELLE_SMS_TIMEOUT", "10"),
    "callback": os.environ.get("PASSERELLE_SMS_CALLBACK", ""),
    "inbound_key": os.environ.get("PASSERELLE_SMS_INBOUND_KEY", ""),
}

METRICS_TOKEN = os.environ.get("PASSERELLE_METRICS_TOKEN", "")
PASSERELLE_VAR = VAR
PASSERELLE_DROPS = Path(os.environ.get("PASSERELLE_DROPS", VAR / "drops"))
PASSERELLE_PROJECT = PROJECT

# Where subscribers of FHIR may be told: hosts, and those that may be on a private network.
SUBSCRIPTION_HOSTS = frozenset(filter(None, os.environ.get("PASSERELLE_SUBSCRIPTION_HOSTS", "").split(",")))
SUBSCRIPTION_PRIVATE_HOSTS = frozenset(
    filter(None, os.environ.get("PASSERELLE_SUBSCRIPTION_PRIVATE_HOSTS", "").split(","))
)

# A test or demonstration INS never stands for a real person: outside the demonstration its message waits for a human.
ACCEPTS_TEST_INS = DEMO
INSI = {
    "address": os.environ.get("PASSERELLE_INSI_ADDRESS", ""),
    "certificate": os.environ.get("PASSERELLE_INSI_CERTIFICATE", ""),
    "key": os.environ.get("PASSERELLE_INSI_KEY", ""),
    "authority": os.environ.get("PASSERELLE_INSI_AUTHORITY", ""),
    "authorisation": os.environ.get("PASSERELLE_INSI_AUTHORISATION", ""),
    "billing_identifier": os.environ.get("PASSERELLE_INSI_FINESS", ""),
    "sector": os.environ.get("PASSERELLE_INSI_SECTOR", ""),
}
