#!/usr/bin/python3
"""Stands in for ZooKeepers that speak TLS: `tls_server.py MEMBERS TICKETS CERTIFICATE WORD.txt...`

Prints the members' addresses, then, at SIGTERM, nothing: what it costs itself does not count. With 0 TICKETS no
connection can resume the session of the one before.
"""

import asyncio
import os
import ssl
import sys
from pathlib import Path


async def main(members: int, tickets: int, certificate: str, files: list[str]) -> None:
    """Answers each word with its file, and others with nothing."""
    replies = {Path(file).stem.encode(): Path(file).read_bytes() for file in files}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            word = await reader.readexactly(4)
            writer.write(replies.get(word, b""))
            await writer.drain()
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.num_tickets = tickets
    servers = [await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context, backlog=128) for _ in range(members)]
    print("\n".join(f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers), flush=True)
    os.close(sys.stdout.fileno())  # sys.stdout.close() leaves it open
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
