"""Letters as tests write them, a maildir to lay them in, and a small mail server that speaks IMAP."""

import io
import os
import re
import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP


def letter(
    text="路灯不亮，晚上走路危险。",
    *,
    sender="王小明 <wang@example.cn>",
    subject="路灯不亮",
    mark="one@example.cn",
    to="12345@city.example",
    files=(),
    html="",
    **heads,
):
    """The bytes of a letter; `files` are (name, type, bytes); other heads by name, _ for -."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    if mark:
        made["Message-ID"] = f"<{mark}>"
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


class Box:
    """A maildir in a folder."""

    def __init__(self, place):
        self.place = place
        for name in ("new", "cur", "tmp"):
            (place / name).mkdir(parents=True)
        self.count = 0

    def lay(self, raw, at=None):
        self.count += 1
        path = self.place / "new" / f"{self.count:010}.M1.host"
        path.write_bytes(raw)
        if at is not None:
            os.utime(path, (at.timestamp(), at.timestamp()))

    def names(self, box="new"):
        folder = self.place / box
        return sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []


class Server(socketserver.ThreadingTCPServer):
    """One mailbox: letters by UID as [folder, flags, bytes]."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, capabilities="IMAP4rev1 UIDPLUS MOVE", prefix="", broken=()):
        super().__init__(("127.0.0.1", 0), Hand)
        self.prefix, self.broken = prefix, broken  # of folders that may be made; letters that it cannot hand out
        self.dribbles, self.dates = False, {}
        self.letters, self.folders, self.capabilities, self.said = {}, {"INBOX"}, capabilities, []
        self.last = 0
        self.refuse_login = False

    def lay(self, raw, at=None):
        self.last += 1
        self.letters[self.last] = ["INBOX", set(), raw]
        self.dates[self.last] = at or datetime.now(UTC)

    def where(self, uid):
        return self.letters[uid][0], self.letters[uid][1]


class Hand(socketserver.StreamRequestHandler):
    """As much of RFC 3501 as a program that takes letters needs."""

    def handle(self):
        with suppress(ConnectionError):
            self.talk()

    def talk(self):
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.server.said.append(rest)
            verb = " ".join(rest.split()[:2]).upper() if rest.upper().startswith("UID") else rest.split()[0].upper()
            answer = getattr(self, "do_" + verb.lower().replace(" ", "_"))(rest) or "OK done"
            self.say(f"{tag} {answer}")
            if verb == "LOGOUT":
                return

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def do_capability(self, rest):
        self.say(f"* CAPABILITY {self.server.capabilities}")

    def do_login(self, rest):
        return "NO wrong" if self.server.refuse_login else None

    def do_select(self, rest):
        self.say("* 1 EXISTS")

    def do_create(self, rest):
        name = rest.split()[1].strip('"')
        if not name.startswith(self.server.prefix):
            return "NO not below here"
        self.server.folders.add(name)
        return None

    def do_logout(self, rest):
        self.say("* BYE")

    def do_uid_search(self, rest):
        without = {"\\Deleted", *re.findall(r"UNKEYWORD (\S+)", rest)}
        here = [uid for uid, (box, flags, _) in self.server.letters.items() if box == "INBOX" and not without & flags]
        if found := re.search(r"SINCE (\S+)", rest):
            day = datetime.strptime(found[1], "%d-%b-%Y").replace(tzinfo=UTC).date()
            here = [uid for uid in here if self.server.dates[uid].date() >= day]
        self.say("* SEARCH " + " ".join(map(str, here)))

    def do_uid_fetch(self, rest):
        uid, what = int(rest.split()[2]), rest.split(" ", 3)[3]
        _, flags, raw = self.server.letters[uid]
        while self.server.dribbles:  # a byte now and then, so that no single wait is long
            self.wfile.write(b" ")
            time.sleep(0.05)
        if uid in self.server.broken:
            return "NO it cannot be read"
        came = self.server.dates[uid].strftime("%d-%b-%Y %H:%M:%S %z")
        if "RFC822.SIZE" in what:
            self.say(f'* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "{came}")')
            return None
        if "PEEK" not in what:
            flags.add("\\Seen")
        data = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in what else raw
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        return None

    def do_uid_store(self, rest):
        uid = int(rest.split()[2])
        self.server.letters[uid][1].update(re.findall(r"[\\\w]+", rest.partition("(")[2]))

    def do_uid_move(self, rest):
        uid, to = int(rest.split()[2]), rest.split()[3].strip('"')
        if to not in self.server.folders:
            return "NO [TRYCREATE] no such folder"
        self.server.letters[uid][0] = to
        return None

    def do_uid_copy(self, rest):
        uid, to = int(rest.split()[2]), rest.split()[3].strip('"')
        if to not in self.server.folders:
            return "NO [TRYCREATE] no such folder"
        self.server.lay(self.server.letters[uid][2])
        self.server.letters[self.server.last][0] = to
        return None

    def do_uid_expunge(self, rest):
        self.server.letters.pop(int(rest.split()[2]), None)


@contextmanager
def imap(**wishes):
    with Server(**wishes) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def photo(side=80):
    """A picture that is no decoration."""
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def said(case):
    """What was reported, opened."""
    from gezhi.trust.service import open_text

    return open_text(case.requester, case.story)


def answer_to(case, text="还是不亮", *, sender="wang@example.cn", mark="ans@example.cn", **heads):
    """An answer to a letter of ours about a case."""
    from gezhi.loop.partners.kinds.mail.rules import marks
    from gezhi.loop.partners.kinds.mail.signing import signed

    known = {"In_Reply_To": f"<{marks.message_mark(str(case.pk), signed(case.pk), '7')}@city.example>", **heads}
    return letter(text=text, sender=sender, mark=mark, subject="答复: 您的诉求", **known)


class Mailbox:
    """The office's mailbox over a maildir; `.look()` takes what lies in it."""

    def __init__(self, office, box):
        from gezhi.loop.models import CodeItem
        from gezhi.loop.store import content

        self.office, self.box = office, box
        CodeItem.objects.create(list="channel", code="mail", name_zh="邮件", name_en="E-mail", pack="test")
        content.forget()
        self.partner = self.put()

    def put(self, **wishes):
        from gezhi.loop.partners import service
        from gezhi.loop.partners.service.keeping import Wish
        from gezhi.trust.rules import Actor

        said = {"box": f"maildir:{self.box.place}", "address": "12345@city.example", **wishes}
        wish = Wish("mail", "mail", "邮箱", channel="mail", wishes=said, secrets={"password": "let me in"})
        return service.put_partner(wish, actor=Actor.system("tests"), now=self.office.now)

    def look(self, *raws):
        from gezhi.loop.models import Partner, Piece
        from gezhi.loop.partners import service

        for raw in raws:
            self.box.lay(raw)
        service.fetch_from(Partner.objects.select_related("keeper").get(code="mail"), now=self.office.now)
        return list(Piece.objects.filter(direction="in").order_by("id"))
