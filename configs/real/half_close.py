"""A server that is done with a connection at the peer's FIN, as asyncio is by default: the answer
that it was about to give is not sent any more."""

import asyncio
import sys


class Server(asyncio.Protocol):
    keeps_half_open = "keep" in sys.argv[2:]

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        asyncio.get_running_loop().call_later(0.1, self.answer)

    def answer(self):
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        self.transport.close()

    def eof_received(self):
        return self.keeps_half_open


async def serve():
    server = await asyncio.get_running_loop().create_server(Server, port=int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(serve())
