"""A place before a real server from which no answer comes back: the request was carried out, and nobody hears so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def deaf(port: int) -> AsyncIterator[str]:
    """The HTTP server of this loopback port at such a place; gives its host with the port."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", port)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:"))
        ours.write(head + await reader.readexactly(length))
        await ours.drain()
        await theirs.readline()  # it was carried out
        ours.close()
        writer.close()

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with listening:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
