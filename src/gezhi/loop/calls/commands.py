"""`gezhi loop cti-secret` and `gezhi loop cti-sim`."""

import json
from argparse import ArgumentParser, Namespace

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "cti-secret", secret, secret_arguments, help="the secret with which the telephone system signs")
    nouns.add("loop", "cti-sim", simulate, simulate_arguments, help="a stream of invented calls, sent as a telephone "
              "system would", database=False)  # fmt: skip


def secret_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rotate", action="store_true", help="make a new one; the former counts for another hour")
    parser.add_argument("--at-once", action="store_true", help="with --rotate: the former counts no more")


def secret(arguments: Namespace) -> int:
    from gezhi.loop.calls.secret import present
    from gezhi.loop.calls.service.rotating import rotate
    from gezhi.trust.rules import Actor

    if arguments.rotate:
        print(rotate(at_once=arguments.at_once, actor=Actor.system("loop"), now=now()))
    else:
        print(present())
    return 0


def simulate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--url", default="", help="address of the installation; without it: the one of this folder")
    parser.add_argument("--secret", default="", help="as `gezhi loop cti-secret` prints it; without it: of this folder")
    parser.add_argument("--agents", default="8001", help="extensions, with commas, or a range such as 8001-8040")
    parser.add_argument("--rate", type=float, default=0.2, help="calls a second on average")
    parser.add_argument("--missed", type=float, default=0.08, help="share of calls that nobody answers")
    parser.add_argument("--talk", type=float, default=90.0, help="seconds of talk, the middle one")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long new calls begin; those begun are ended")
    parser.add_argument("--speed", type=float, default=1.0, help="how many seconds of the stream pass in one second")
    parser.add_argument("--seed", type=int, default=1, help="the same number gives the same stream")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def here() -> str:
    """The address at which the `serve` of this folder answers."""
    from gezhi.kernel.errors import Refused
    from gezhi.kit.address import state
    from gezhi.kit.config import config

    place = state(config())[1].removeprefix("-")  # a dash stands there until the port is known
    if not place:
        raise Refused("not-serving", folder=str(config().data))
    return place


def simulate(arguments: Namespace) -> int:
    """Exit code 1 when an event was not taken."""
    from gezhi.loop.calls import sim
    from gezhi.loop.calls.secret import present

    url = arguments.url or here()
    key = arguments.secret or present()
    wish = sim.Wish(
        agents=sim.extensions(arguments.agents), rate=arguments.rate, missed=arguments.missed, talk=arguments.talk,
        seconds=arguments.seconds, seed=arguments.seed,
    )  # fmt: skip
    done = sim.run(wish, url, key, speed=arguments.speed, say=None if arguments.json else print)
    if arguments.json:
        print(json.dumps(done.as_dict()))
    else:
        print(f"{done.sent} events of {done.calls} calls sent, {done.refused} refused")
    return 1 if done.refused else 0
