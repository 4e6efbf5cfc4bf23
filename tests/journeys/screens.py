"""Pictures of every screen for the eye: `python tests/journeys/screens.py OUT` (--only, --language, --width)."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
LANGUAGES = ("zh-hans", "en", "en-xa")
WIDTHS = (390, 1366, 1440)


def prepare() -> Any:
    """A database of its own with the office in it, as the tests have."""
    import conftest  # the environment of a test run  # noqa: F401 - imported for what it sets
    import django

    from gezhi.kit.messages.compile import compile_all, make_pseudo

    make_pseudo()
    compile_all()  # before Django reads them
    django.setup()
    from gezhi.kit.database import testing

    server = testing.prepare(testing.run_folder())
    testing.clone(server, "screens")
    testing.use("screens", server)
    import journey_office

    journey_office.build()
    return journey_office.standing()


def take(out: Path, only: list[str], languages: list[str], widths: list[int]) -> None:
    office = prepare()
    from django.conf import settings
    from journey_outside import FRAMED_BY
    from journey_screens import screens
    from journey_site import Site, browsing, overflow, served

    settings.GEZHI_EMBED_ORIGINS = (FRAMED_BY,)
    shown = screens(office)
    with browsing() as browser, served() as url:
        site = Site(url, browser, office)
        for language in languages:
            for width in widths:
                pages: dict[str, Any] = {}
                size = {"width": width, "height": 844 if width < 500 else 900}
                for one in shown:
                    if only and not any(one.name.startswith(name) for name in only):
                        continue
                    if one.who not in pages:
                        pages[one.who] = site.page(one.who, language=language, size=size)
                    page = pages[one.who]
                    site.open(page, one.path)
                    if one.before:
                        one.before(page)
                    if overflow(page) > 0:
                        sys.stdout.write(f"{one.name} {language} {width}: wider by {overflow(page)}\n")
                    page.screenshot(
                        path=str(out / f"{one.name}-{language}-{width}.png"), full_page="dialog" not in one.name
                    )
                site.close()
        for fault in site.faults:
            sys.stdout.write(f"{fault}\n")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--language", action="append", choices=LANGUAGES, default=[])
    parser.add_argument("--width", action="append", type=int, default=[])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    try:
        take(given.out, given.only, given.language or list(LANGUAGES), given.width or list(WIDTHS))
    finally:
        from gezhi.kit.database import testing

        if "GEZHI_TEST_RUN" in os.environ and testing.leads():
            from django.db import connections

            connections.close_all()
            testing.sweep(testing.run_folder())


if __name__ == "__main__":
    main()
