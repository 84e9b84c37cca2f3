"""A mailbox full of special cases on the real mail server, in folders of this run's own, for the tests of both mail backends."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.support_connectors.backends.services import service

from support_connectors.backends.imap.box import encoded

USER = "lee"
"""Not the user whose mailbox the contract suite reads."""
REPORTS = 62
FIRST = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
LATIN = "Grüße aus Köln"


class Mailbox:
    """The folders of one run, filled through IMAP."""

    def __init__(self) -> None:
        self.token = f"q{uuid4().hex[:10]}"
        """A word that only this run's mails hold."""
        self.folder = f"Fälle & {self.token}"
        self.below = f"{self.folder}/Ältere {self.token}"
        given = service("imap")
        self._client = imaplib.IMAP4(given["host"], given["port"], timeout=300)
        self._client.authenticate("PLAIN", lambda _: f"\0{USER}\0{given['password']}".encode())

    def settings(self, name: str) -> dict[str, Any]:
        """Settings of the backend ``name`` for this mailbox."""
        return {**service(name), "user": USER}

    def add(self, folder: str, source: bytes, flags: str = "", number: int = 0) -> None:
        """Append a message as it stands; it arrives now."""
        status, said = self._client.append(_raw(folder), flags, "", source.replace(b"\n", b"\r\n"))
        assert status == "OK", said

    def say(
        self, folder: str, subject: str, text: str, *headers: str, date: str = "Mon, 02 Mar 2026 10:00:00 +0000"
    ) -> None:
        """Append a plain mail."""
        dated = [f"Date: {date}"] if date else []
        head = [
            "From: Dana Reyes <dana@acme.example>",
            f"To: {USER}@mail.example",
            f"Subject: {subject}",
            *dated,
            *headers,
        ]
        self.add(folder, ("\n".join([*head, "Content-Type: text/plain; charset=utf-8", "", text]) + "\n").encode())

    def unseen(self, folder: str) -> int:
        """How many mails nobody has read."""
        self._client.select(_raw(folder), readonly=True)
        return len(self._client.uid("SEARCH", "UNSEEN")[1][0].split())

    def source(self, folder: str, key: str, value: str) -> tuple[bytes, bytes]:
        """Flags and the whole of the mail with this header."""
        self._client.select(_raw(folder), readonly=True)
        uid = self._client.uid("SEARCH", "HEADER", key, f'"{value}"')[1][0].split()[-1].decode()
        data = self._client.uid("FETCH", uid, "(FLAGS BODY.PEEK[])")[1]
        flags = b" ".join(part for row in data for part in (row[:1] if isinstance(row, tuple) else [row]))
        return flags, next(row[1] for row in data if isinstance(row, tuple))

    def delete(self, folder: str, subject: str, *, clear: bool) -> None:
        """Mark the mails with this word in their subject as deleted, and clear them away."""
        self._client.select(_raw(folder))
        for uid in self._client.uid("SEARCH", "SUBJECT", f'"{subject}"')[1][0].decode().split():
            self._client.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
        if clear:
            self._client.expunge()
        self._client.close() if clear else self._client.unselect()

    def fill(self) -> None:
        """Make the folders and their mails."""
        for folder in (self.folder, self.below):
            assert self._client.create(_raw(folder))[0] == "OK"
        for number in range(REPORTS):
            zone = timedelta(hours=number % 5 - 2)
            local = FIRST + timedelta(minutes=20 * number) + zone
            mark = "-" if zone < timedelta() else "+"
            date = f"{local:%d %b %Y %H:%M:%S} {mark}{abs(zone.total_seconds()) // 3600:02.0f}00"
            rare = " zebrafish" if number == 17 else ""
            self.say(self.folder, f"Report {number} {self.token}", f"Errors again, number {number}.{rare}", date=date)
        self._fill_special()
        one, two, three = (f"<{part}.{self.token}@acme.example>" for part in ("one", "two", "three"))
        self.say(
            self.folder,
            f"Outage {self.token}",
            "It is down.",
            f"Message-ID: {one}",
            date="Tue, 03 Mar 2026 09:00:00 +0100",
        )
        self.say(self.below, f"Re: Outage {self.token}", "We look.", f"Message-ID: {two}", f"In-Reply-To: {one}",
                 f"References: {one}", date="Tue, 03 Mar 2026 08:30:00 +0000")  # fmt: skip
        self.say(self.folder, f"Re: Outage {self.token}", "Up again.", f"Message-ID: {three}", f"In-Reply-To: {two}",
                 f"References: {one} {two}", date="Tue, 03 Mar 2026 09:30:00 +0000")  # fmt: skip
        self.say("Trash", f"Re: Outage {self.token}", "Thrown away.", f"Message-ID: <bin.{self.token}@acme.example>",
                 f"In-Reply-To: {one}", f"References: {one}")  # fmt: skip

    def _fill_special(self) -> None:
        place, token = self.below, self.token
        html = "<html><head><style>p{}</style></head><body><p>Hello<br>there</p><script>alert(1)</script><b>bold</b></body></html>"
        head = f"From: a@b.example\nTo: {USER}@mail.example\nDate: Mon, 02 Mar 2026 11:00:00 +0000\nMIME-Version: 1.0\n"
        self.add(place, f"{head}Subject: html {token}\nContent-Type: text/html; charset=utf-8\n\n{html}\n".encode())
        encoded_words = (
            "From: =?utf-8?B?SsO8cmdlbg==?= <juergen@globex.example>\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?= latin "
        )
        latin = f"{head.partition(chr(10))[2]}{encoded_words}{token}\nContent-Type: text/plain; charset=iso-8859-1\n"
        body = "\nGr=FC=DFe aus=20\n K=F6ln\n".replace("=20\n ", " ")
        self.add(place, f"{latin}Content-Transfer-Encoding: quoted-printable\n{body}".encode())
        self.add(
            place,
            f"{head}Subject: strange {token}\nContent-Type: text/plain; charset=x-klingon\n\nStill legible\n".encode(),
        )
        big = "\n".join(f"Line {number} of a long log with numbers." for number in range(8_000))
        self.say(place, f"big {token}", big)
        mixed = (
            f"{head}Subject: attached {token}\nCc: \"Osei, Kim\" <kim@initech.example>\nContent-Type: multipart/mixed; boundary=x\n\n"
            "--x\nContent-Type: text/plain; charset=utf-8\n\nSee the log.\n--x\nContent-Type: application/pdf; name=\"log.pdf\"\n"
            f"Content-Disposition: attachment; filename=\"log.pdf\"\nContent-Transfer-Encoding: base64\n\n{'QUJD' * 9}\n--x--\n"
        )  # fmt: skip
        self.add(place, mixed.encode())
        blank = (
            f"{head}Subject: blank {token}\nContent-Type: multipart/alternative; boundary=y\n\n--y\nContent-Type: text/plain\n\n \n"
            "--y\nContent-Type: text/html\n\n<p>Only the page says it</p>\n--y--\n"
        )
        self.add(place, blank.encode())
        self.say(place, f"undated {token}", "No date.", date="")
        broken = f'From: <<"broken\nTo: ;;,<\nDate: yesterday evening\nSubject: =?utf-8?B?!!!?= broken {token}\n'
        self.add(place, f"{broken}Content-Type: multipart/mixed\n\nno boundary at all\n".encode())

    def clear(self) -> None:
        """Delete the folders, and this run's mails elsewhere."""
        for folder in ("Drafts", "Trash"):
            self.delete(folder, self.token, clear=True)
        for folder in (self.below, self.folder):
            self._client.delete(_raw(folder))
        self._client.logout()


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A filled mailbox; cleared away at the end."""
    box = Mailbox()
    try:
        box.fill()
        yield box
    finally:
        box.clear()


def _raw(folder: str) -> str:
    return f'"{encoded(folder)}"'
