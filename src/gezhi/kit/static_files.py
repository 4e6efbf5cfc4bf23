"""Static files under names that carry a digest, so that browsers may keep them for ever; works before collection too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """A file missing from the manifest is served under its plain name: a missing picture must not break a page."""

    manifest_strict = False
