"""What other pages know of coming in by the provider: the words on its button, and the mark of such a session."""

from django.utils.translation import gettext

from gezhi.trust.oidc.service.settings import office

MARK = "oidc"  # in the session of who came this way


def button(language: str) -> str:
    """What stands on the button to the provider; empty where there is none."""
    held = office()
    if not held.on:
        return ""
    own = (held.button_en or held.button_zh) if language == "en" else (held.button_zh or held.button_en)
    return own or gettext("Sign in with the office's account")
