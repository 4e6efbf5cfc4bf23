"""Commands that make and run an installation: init, serve, stop, demo, and the parts that `serve` runs."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import date

import django
from django.utils import translation
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.address import whole
from gezhi.kit.commands import now
from gezhi.kit.config import config
from gezhi.kit.database.session import embedded, opened
from gezhi.web.running import supervisor
from gezhi.web.running.children import program
from gezhi.web.running.folder import demo_file, empty_folder, links_file, make_folder, mark
from gezhi.web.running.supervisor import say

DEMO_CASES = 2000


def init_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="mark it as a place for invented cases")


def init(given: Namespace) -> int:
    """A new installation: folder, database, tables, first rows."""
    settings = config()
    if settings.initialised:
        raise Refused("already-initialised", folder=str(settings.data))
    make_folder(settings, demo=given.demo)
    server = None if settings.database_url else embedded(settings)
    try:
        if server is not None:
            server.make()
        with opened(settings) as running:
            if running is not None:
                running.create()
            finish()
    except BaseException:
        if server is not None:
            server.stop()
        empty_folder(settings)
        raise
    mark(settings, now=now())
    say(str(settings.data))
    return 0


def finish() -> None:
    """The part of `init` that needs Django and the running database."""
    django.setup()
    from gezhi.web.running import prepare as preparing

    preparing.prepare(now=now())
    links_file(config()).touch()


def prepare(given: Namespace) -> int:
    """Before `serve`: migrate an embedded database by itself, refuse on an external one."""
    from gezhi.web.running import prepare as preparing

    preparing.prepare(now=now(), migrate=not config().database_url)
    return 0


def serve_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="port to listen on; the next free one when it is busy")
    parser.add_argument("--host", help="address to listen on; 0.0.0.0 for every network of this machine")


def serve(given: Namespace) -> int:
    """Run in the foreground; makes the installation when there is none."""
    if not config().initialised:
        ours("init")
    settings = config()
    return supervisor.serve(replace(settings, port=given.port or settings.port, host=given.host or settings.host))


def ours(*arguments: str) -> None:
    """Run another of our commands in its own process; its refusal is ours."""
    done = subprocess.run(program(*arguments), check=False)
    if done.returncode:
        sys.exit(done.returncode)


def stop(given: Namespace) -> int:
    say(supervisor.stop(config()))
    return 0


def demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the demo's present day; today")
    parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans", help="language of the stories")
    parser.add_argument("--cases", type=int, default=DEMO_CASES, help=f"how many cases; {DEMO_CASES}")
    parser.add_argument("--serve", action="store_true", help="run the site afterwards")
    serve_arguments(parser)


def demo(given: Namespace) -> int:
    """A city of invented cases, once; a folder that holds real ones is refused."""
    settings = config()
    if settings.initialised and not settings.demo:
        raise Refused("demo-not-here", folder=str(settings.data))
    if not settings.initialised:
        ours("init", "--demo")
        config.cache_clear()
    settings = config()
    if not demo_file(settings).exists():
        with opened(settings):
            django.setup()
            from gezhi.packs import demo as city

            made = city.install_demo(as_of=given.as_of or now().date(), language=given.language, cases=given.cases)
        widest = max(len(item.username) for item in made.sign_ins)
        lines = [f"{item.username:{widest}}  {made.password}  {item.told}" for item in made.sign_ins]
        wide = max((len(link.path) for link in made.handed), default=0)
        lines += [f"{link.path:{wide}}  {link.digits}  {link.told}" for link in made.handed]
        demo_file(settings).write_text("\n".join(lines) + "\n", encoding="utf-8")
        demo_file(settings).chmod(0o600)
        links_file(settings).unlink(missing_ok=True)  # the demo has its own people
    if given.serve:
        if os.name == "nt":
            return serve(given)  # there execv starts another process and leaves the window to nobody
        arguments = [f"--{name}={value}" for name in ("port", "host") if (value := getattr(given, name)) is not None]
        os.execv(sys.executable, program("serve", *arguments))  # noqa: S606 - our own program, no shell wanted
    return 0


def web(given: Namespace) -> int:
    from gezhi.web.running import web_process

    return web_process.run()


def worker(given: Namespace) -> int:
    django.setup()
    from gezhi.web.running import worker as working

    return working.run()


def links(given: Namespace) -> int:
    """One line for each: role and address, good for one sign-in."""
    from gezhi.trust.service import first_links

    made = first_links(now=now())
    for role, path in made:
        say(f"{role}: {whole(path, config())}")
    if not made:
        with translation.override(config().language):
            say(gettext("No link is needed: every administrator has come in and set a password."))
    return 0
