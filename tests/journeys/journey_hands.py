"""Work by keyboard with every stroke counted, and what it would take a person: the keystroke-level model."""

import time
from dataclasses import dataclass, field

from journey_site import settle

from gezhi.loop.models import Case

# Seconds; Card, Moran and Newell 1983, but for Chinese, where the speed that hotlines ask of a clerk is taken.
KEY, CHARACTER, MENTAL, POINT, HOMING = 0.28, 1.0, 1.35, 1.1, 0.4
ASSUMED = {"key_s": KEY, "chinese_character_s": CHARACTER, "mental_s": MENTAL, "pointing_s": POINT, "homing_s": HOMING}


@dataclass
class Hands:
    """What hands and head do at a page; `waited` is what the machine took before the next stroke was possible."""

    page: object
    keys: int = 0
    characters: int = 0
    clicks: int = 0
    thoughts: int = 0
    waited: float = 0.0
    begun: float = field(default_factory=time.perf_counter)

    def press(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.keys += name.count("+") + 1  # Alt and the letter are two

    def type(self, words):
        """Words as an input method gives them; letters and digits are keys."""
        self.page.keyboard.insert_text(words)
        plain = sum(sign.isascii() for sign in words)
        self.keys += plain
        self.characters += len(words) - plain

    def think(self, times=1):
        """Deciding what comes next, or reading what the screen says."""
        self.thoughts += times

    def wait(self, until):
        before = time.perf_counter()
        until()
        self.waited += time.perf_counter() - before

    def leave(self, *names):
        """Strokes that lead to another page, and the time until it is there."""

        def go():
            with self.page.expect_navigation():
                self.press(*names)

        self.wait(go)

    def told(self):
        """Counts, the machine's seconds, and the estimate for a person."""
        hands = self.keys * KEY + self.characters * CHARACTER + self.clicks * (POINT + HOMING)
        return {
            "keys": self.keys, "characters": self.characters, "clicks": self.clicks, "decisions": self.thoughts,
            "machine_s": round(self.waited, 2), "robot_s": round(time.perf_counter() - self.begun, 2),
            "person_s": round(hands + self.thoughts * MENTAL + self.waited, 1),
        }  # fmt: skip


def question(site, page):
    """A question answered at once: number, kind, words, what is offered read, the matter found by typing, F2."""
    site.open(page, "/desk/call/?new=1")
    hands = Hands(page)
    hands.press("Alt+0")
    hands.type("13812346207")
    hands.think()
    hands.press("Alt+k", "1", "Alt+t")
    hands.think()
    hands.type("请问夜间几点以后不能施工？")
    hands.wait(page.locator("#suggestions [data-answer]").first.wait_for)
    hands.think(2)  # reads what is offered
    hands.press("Alt+m")
    hands.type("夜间")
    hands.think()
    hands.press("Enter", "Alt+r")
    hands.type("晚上十点到早上六点不能施工，抢修除外。")
    hands.think()
    hands.leave("F2")
    hands.wait(page.locator("#messages .notice.is-good").wait_for)
    made = Case.objects.order_by("-created_at")[0]
    assert (made.state, made.matter) == ("closed", "110101")
    return hands.told()


def dispatch(site, page):
    """A complaint dispatched: number, name, kind, place, words, object, the suggested matter and its unit, F4."""
    site.open(page, "/desk/call/?new=1")
    hands = Hands(page)
    hands.press("Alt+0")
    hands.type("13812346208")
    hands.press("Tab")
    hands.type("王女士")
    hands.think()
    hands.press("Alt+k", "3", "Alt+p")
    hands.type("丽江新城6栋北门")
    hands.press("Alt+t")
    hands.think()
    hands.type("昨晚十二点搅拌站又开始夜间施工，老人没法睡，希望夜里有人来查。")
    hands.press("Alt+o")
    hands.type("宏远搅拌站")
    hands.wait(page.locator("[data-take][data-matter]").first.wait_for)
    hands.think(2)  # judges the suggestion
    hands.press("Alt+1")
    hands.wait(lambda: page.wait_for_function("document.querySelector('#f-unit').value !== ''"))
    hands.think()
    hands.leave("F4")
    hands.wait(page.locator("#doubts").wait_for)  # what the matter asks was not put: this caller does not know it
    hands.wait(lambda: settle(page))
    hands.think()
    hands.leave("F4")
    hands.wait(page.locator("#messages .notice.is-good").wait_for)
    assert Case.objects.order_by("-created_at")[0].state == "dispatched"
    return hands.told()


def ordinary(office, count):
    """Cases of a handler who has spoken with each person and now has the answer."""
    for number in range(count):
        told = {"matter": "010404", "kind": "complaint", "name": "王小明", "phone": "13812346207", "place": "书院路"}
        case = office.to("handling", office.receive(f"书院路{number}号路灯不亮，晚上走路危险", **told))
        office.move(case, "contact", "hugo", reached="reached", note="约定今晚检修")


def ten_cases(site, page, count=10):
    """Ordinary cases as a handler, one after the other from the list: read, a ready text, its gaps filled, sent on."""
    site.open(page, "/desk/?tab=handling")
    hands = Hands(page)
    for _ in range(count):
        hands.press("j")
        hands.leave("Enter")
        hands.wait(lambda: settle(page))
        hands.think(3)  # reads the case
        reply(hands, page)
        hands.wait(page.locator("#messages .notice.is-good").wait_for)
        hands.keys += 2  # Alt and the arrow, back to the list
        hands.wait(lambda: site.open(page, "/desk/?tab=handling"))
    return hands.told()


def reply(hands, page):
    """The result of one case: the ready text of its matter, three gaps, the outcome, sent."""
    hands.press("Alt+s")
    hands.wait(page.locator("#ready-list [role=option]").first.wait_for)
    hands.think()
    hands.press("Enter")
    for words in ("一", "灯头损坏", "11月20日"):  # the place is filled in by itself
        hands.think()
        hands.type(words)
        hands.press("Tab")  # to the next gap; behind the last one out of the answer
    hands.press("Shift+Tab", "Shift+Tab", "ArrowDown")  # back over the answer to the outcome: round to "solved"
    assert page.evaluate("document.activeElement.name") == "outcome"
    for _ in range(14):
        hands.press("Tab")
        if page.evaluate("document.activeElement.matches('#move-form .actions button.primary')"):
            break
    hands.think()
    hands.leave("Enter")
