"""Static files under names that carry a digest, so that browsers may keep them; works before collection too."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise publishes no types
    """A file missing from the manifest is served under its plain name: a missing picture must not break a page."""

    manifest_strict = False
    # Addresses in style sheets get their digest too; source maps, which some packages name, are not shipped.
    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:  # not collected: tests, and a page opened while `serve` still collects
            return name
