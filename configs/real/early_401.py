"""Applications for gunicorn: one refuses a POST before it has read the body, one reads it first."""


def refuse(environ, start_response):
    start_response("401 Unauthorized", [("Content-Length", "2")])
    return [b"no"]


def read_first(environ, start_response):
    environ["wsgi.input"].read()
    return refuse(environ, start_response)
