"""The mail wire on a server that means harm or only half works: what is announced, sent or named never takes the mailbox down."""

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import pytest
from tests.support_connectors.backends.hosted import called

from support_connectors.contract.report import Refused

Answer = Callable[[socket.socket, bytes], bytes]
"""What is sent before a command's OK; it may send by itself, on the connection, for as long as that stands."""
MAIL = (
    b"From: Dana <dana@acme.example>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\nSubject: Outage\r\n\r\nIt is down.\r\n"
)


class MailServer:
    """A mailbox with one mail in INBOX. ``answers`` replaces what it says to a command."""

    def __init__(self, able: str = "AUTH=PLAIN", **answers: Answer | bytes) -> None:
        self._able = able.encode()
        self._answers = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.said: list[bytes] = []
        """All lines that came."""
        self.broken_off = Event()
        """The other side closed the connection before it said goodbye."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the backend for this server."""
        port = self._listening.getsockname()[1]
        return {"host": "127.0.0.1", "port": port, "user": "lee", "password": "pw", "attempts": 1}

    @contextmanager
    def up(self) -> Iterator["MailServer"]:
        """Answer until the end of the block."""
        thread = Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                connection.sendall(b"* OK ready\r\n")
                self._talk(connection)
                continue
            self.broken_off.set()

    def _talk(self, connection: socket.socket) -> None:
        for line in connection.makefile("rb"):
            self.said.append(line)
            tag, *words = line.split()
            verb = words[1 if words[0] == b"UID" else 0].decode().lower()
            given = self._answers.get(verb, getattr(self, f"_{verb}", b""))
            sent = given if isinstance(given, bytes) else given(connection, line)
            connection.sendall(sent + (b"" if sent.startswith(tag) else tag + b" OK done\r\n"))
            if verb == "logout":
                return
        self.broken_off.set()

    def _capability(self, _: socket.socket, __: bytes) -> bytes:
        return b"* CAPABILITY IMAP4rev1 " + self._able + b"\r\n"

    def _authenticate(self, connection: socket.socket, _: bytes) -> bytes:
        connection.sendall(b"+ \r\n")
        self.said.append(base64.b64decode(connection.makefile("rb").readline()))
        return b""

    _list = b'* LIST () "/" INBOX\r\n'
    _examine = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] here\r\n"
    _search = b"* SEARCH 1\r\n"
    _logout = b"* BYE\r\n"

    def _fetch(self, _: socket.socket, line: bytes) -> bytes:
        return mail_for(line)


def mail_for(line: bytes) -> bytes:
    """What a FETCH of the mail gives."""
    part = MAIL if b"BODY.PEEK[]" in line else b"Date: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\n"
    return b"* 1 FETCH (UID 1 RFC822.SIZE %d BODY[]<0> {%d}\r\n%b FLAGS ())\r\n" % (len(MAIL), len(part), part)


async def subjects(server: MailServer, **arguments: Any) -> list[str]:
    page = await called("imap", server.settings, "list_mail", **arguments)
    return [item["subject"] for item in page["items"]]


async def test_a_mailbox_that_does_nothing_strange_is_read() -> None:
    with MailServer().up() as server:
        assert await subjects(server) == ["Outage"]
    assert not server.broken_off.is_set()
    assert b"\0lee\0pw" in server.said


async def test_a_literal_longer_than_answers_may_be_is_refused_before_any_of_it_is_read() -> None:
    waited = Event()

    def announce(connection: socket.socket, _: bytes) -> bytes:
        connection.sendall(b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\n")
        connection.makefile("rb").readline()  # nothing of it is sent: only who refuses the announcement goes on
        waited.set()
        return b""

    with MailServer(fetch=announce).up() as server, pytest.raises(Refused, match="answered with more than") as refusal:
        await subjects(server)
    assert refusal.value.kind == "unavailable"
    assert waited.is_set()


def flood(connection: socket.socket, block: bytes) -> bytes:
    """Send without an end, as fast as the other side takes it."""
    while True:
        connection.sendall(block)


@pytest.mark.parametrize("block", [b"x" * 65_536, b"* 1 FETCH (FLAGS ())\r\n" * 3_000])
async def test_an_answer_without_end_is_cut_off_at_the_longest_that_is_read(block: bytes) -> None:
    with MailServer(search=lambda connection, _: flood(connection, block)).up() as server:
        server_settings = {**server.settings, "max_bytes": 300_000}
        with pytest.raises(Refused, match="answered with more than") as refusal:
            await called("imap", server_settings, "list_mail")
    assert refusal.value.kind == "unavailable"
    assert server.broken_off.is_set()


async def test_an_answer_in_drops_may_take_no_longer_than_one_at_once() -> None:
    """Each drop comes soon after the one before, so a limit for each read would never be reached."""
    gone = Event()

    def drip(connection: socket.socket, _: bytes) -> bytes:
        while not gone.wait(0.02):
            connection.sendall(b"*")
        return b""

    with MailServer(search=drip).up() as server:
        with pytest.raises(Refused, match="did not answer") as refusal:
            await called("imap", {**server.settings, "timeout_s": 0.5}, "list_mail")
        gone.set()
    assert refusal.value.kind == "unavailable"


@pytest.mark.parametrize("name", [b'"R&D"', b'"&AAA"', b"&2AA-x", b'"a\\"b"', b"{5}\r\nR&D x", b'"\xff\xfe"', b'""'])
async def test_a_folder_with_a_strange_name_leaves_the_others_readable(name: bytes) -> None:
    rows = (
        b'* LIST () "/" INBOX\r\n* LIST () "/" ' + name + b"\r\n* LIST (\\Noselect) NIL shared\r\n* LIST nonsense\r\n"
    )
    with MailServer(list=rows).up() as server:
        assert await subjects(server, folder="inbox") == ["Outage"]
        assert "Outage" in await subjects(server)


@pytest.mark.parametrize("name", ["R&D", "&AAA", "a&b/c"])
async def test_a_mail_is_read_in_a_folder_whose_name_is_not_as_the_standard_says(name: str) -> None:
    opened = f'"{name}"'.encode()

    def open_it(_: socket.socket, line: bytes) -> bytes:
        return MailServer._examine if opened in line else line.split()[0] + b" NO there is none\r\n"

    with MailServer(list=b'* LIST () "/" ' + opened + b"\r\n", examine=open_it).up() as server:
        found = (await called("imap", server.settings, "list_mail"))["items"][0]
        item = (await called("imap", server.settings, "read_mail", id=found["id"]))["item"]
    assert (item["folder"], item["text"].strip()) == (name, "It is down.")


@pytest.mark.parametrize(
    "row",
    [
        b"(" * 5_000 + b")" * 5_000,
        b"(UID 2 FLAGS)",
        b"(UID 2 BODY[",
        b"NIL",
        b'(UID "x" {0}\r\n)',
        b"(UID 99999999999 FLAGS ())",
    ],
)
async def test_a_strange_row_leaves_the_mails_beside_it_readable(row: bytes) -> None:
    with MailServer(fetch=lambda _, line: b"* 2 FETCH " + row + b"\r\n" + mail_for(line)).up() as server:
        assert await subjects(server) == ["Outage"]


@pytest.mark.parametrize(
    "correspondent", ['x"\r\nT9 DELETE INBOX', "x\r\nT9\tDELETE\tINBOX", 'x\\" DELETED', "{5}", "ü\r\nT9 DELETE INBOX"]
)
async def test_words_that_are_looked_for_never_become_commands(correspondent: str) -> None:
    def read_literal(connection: socket.socket, line: bytes) -> bytes:
        if line.endswith(b"}\r\n"):
            size = int(line.rpartition(b"{")[2][:-3])
            connection.sendall(b"+ go on\r\n")
            taken = connection.makefile("rb").read(size + 2)
            assert taken.endswith(b"\r\n")
        return b"* SEARCH 1\r\n"

    with MailServer(search=read_literal).up() as server:
        assert await subjects(server, correspondent=correspondent) == ["Outage"]
    assert not [line for line in server.said if line.startswith(b"T9")]
    assert all(b"UNDELETED" in line for line in server.said if b"SEARCH" in line)


async def test_a_server_that_points_to_another_one_is_not_followed() -> None:
    with MailServer().up() as other:
        elsewhere = f"imap://lee@127.0.0.1:{other.settings['port']}/".encode()

        def refer(connection: socket.socket, line: bytes) -> bytes:
            return line.split()[0] + b" NO [REFERRAL " + elsewhere + b"] it lives there\r\n"

        with MailServer(authenticate=refer).up() as server, pytest.raises(Refused, match="REFERRAL") as refusal:
            await subjects(server)
    assert refusal.value.kind == "denied"
    assert other.said == []


@pytest.mark.parametrize(
    ("able", "said"),
    [
        ("AUTH=PLAIN AUTH=XOAUTH2", b"user=lee\1auth=Bearer T0ken\1\1"),
        ("AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER", b"user=lee\1auth=Bearer T0ken\1\1"),
        ("AUTH=PLAIN AUTH=OAUTHBEARER", b"n,a=lee,\1auth=Bearer T0ken\1\1"),
        ("AUTH=PLAIN", b"user=lee\1auth=Bearer T0ken\1\1"),
    ],
)
async def test_a_token_is_shown_in_the_form_that_the_server_knows(able: str, said: bytes) -> None:
    with MailServer(able).up() as server:
        settings = {**server.settings, "password": None, "token": "T0ken"}
        assert (await called("imap", settings, "list_mail"))["items"]
    assert said in server.said


@pytest.mark.parametrize(("able", "given_up"), [("AUTH=XOAUTH2", b""), ("AUTH=OAUTHBEARER", b"\1")])
async def test_a_token_that_is_refused_is_shown_once(able: str, given_up: bytes) -> None:
    shown: list[bytes] = []

    def refuse(connection: socket.socket, line: bytes) -> bytes:
        for challenge in (b"+ \r\n", b"+ " + base64.b64encode(b'{"status":"401"}') + b"\r\n"):
            connection.sendall(challenge)
            shown.append(base64.b64decode(connection.makefile("rb").readline()))
        return line.split()[0] + b" NO expired\r\n"

    with MailServer(able, authenticate=refuse).up() as server, pytest.raises(Refused, match="expired") as refusal:
        await called("imap", {**server.settings, "password": None, "token": "T0ken"}, "list_mail")
    assert refusal.value.kind == "denied"
    assert len(shown) == 2
    assert shown[1] == given_up
