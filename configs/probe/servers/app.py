"""The application that gunicorn and uvicorn serve: WSGI as `wsgi`, ASGI as `asgi`.

/slow is answered after a second, /large is 8 MB, /upload refuses a body of more than 100 kB before
it has read it."""

import asyncio
import time

LARGE = bytes(8_000_000)


def answer(path, length):
    if path == "/upload" and length > 100_000:
        return 413, b"too large\n"
    return 200, LARGE if path == "/large" else b"hello\n"


def wsgi(environ, start_response):
    status, body = answer(environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start_response(f"{status} -", [("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    length = dict(scope["headers"]).get(b"content-length", b"0")
    status, body = answer(scope["path"], int(length))
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
