"""Connects to a tenant, runs a query, and tries what its credentials are not allowed to do.

    pip install wasmtime
    NX_SECRET=… python example.py nexthink.wasm [ADDRESS CA_FILE]    # as `host-test tenant` prints them
"""

import json
import os
import re
import socket
import ssl
import sys
import time
from http.client import HTTPSConnection
from urllib.parse import urlsplit

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

COMPONENT, ADDRESS, CA_FILE, *_ = [*sys.argv[1:], None, None]
ENGINE = Engine()
CONNECTOR = Component.from_file(ENGINE, COMPONENT)


class Refused(Exception):
    """The error of a `result`: every problem with the entries, or a failure."""


def call(interface, function, *arguments, error=()):
    """Calls a function of the contract. `error` is the type of its error, where wasmtime does not tag it."""
    store = Store(ENGINE)  # A fresh one for each call has seen nobody's secrets.
    instance = Linker(ENGINE).instantiate(store, CONNECTOR)  # Empty: the component imports nothing.
    exported = instance.get_export_index(store, f"integration:provider/{interface}@0.1.0")
    index = instance.get_export_index(store, function, exported)
    given = instance.get_func(store, index)(store, *arguments)
    tag, value = (given.tag, given.payload) if isinstance(given, Variant) else ("", given)
    if tag == "err" or isinstance(given, error):
        raise Refused(value)
    return value if tag == "ok" else given


class Fake(HTTPSConnection):
    """A connection to the fake tenant, whatever the host of the URL."""

    def connect(self):
        host, port = ADDRESS.split(":")
        plain = socket.create_connection((host, int(port)), self.timeout)
        self.sock = ssl.create_default_context(cafile=CA_FILE).wrap_socket(plain, server_hostname=self.host)


def hosts_of(connection, role):
    """Fills in the templates of a role."""
    values = {key: value for key, value in connection.settings if re.fullmatch("[a-z0-9-]+", value)}
    return [host.template.format_map(values) for host in definition.hosts if host.role == role]


def send(connection, role, request, more=()):
    """Sends a request with more headers. `http.client` follows no redirect and decodes nothing."""
    url = urlsplit(request.url)
    # The component is not trusted with where credentials go.
    if url.scheme != "https" or url.netloc not in hosts_of(connection, role):
        raise RuntimeError(f"{url.netloc} is no {role} host of the connection")
    client = (Fake if ADDRESS else HTTPSConnection)(url.netloc, timeout=request.timeout)
    path = url._replace(scheme="", netloc="").geturl()
    client.request(request.method, path, request.body or None, dict([*request.headers, *more]))
    answer = client.getresponse()
    limit = getattr(request, "response-limit")
    response = Record()
    response.status = answer.status
    response.headers = [(name.lower(), value) for name, value in answer.getheaders()]
    response.body = answer.read(limit + 1)
    setattr(response, "received-at", int(time.time()))
    client.close()
    if len(response.body) > limit:
        raise RuntimeError(f"{url.netloc} answers with more than {limit} bytes")
    return response


def run(connection, token, operation, text):
    """Runs an operation that ends with JSON; one that ends with a file has a step `download`."""
    settings = connection.settings
    step = call("operations", "start", settings, operation, text, error=list)
    while step.tag == "send":
        time.sleep(step.payload.wait)
        # A `str` is the case `access-token` of the variant: wasmtime tells cases apart by their class.
        headers = call("access", "authorize", token, error=Record)
        response = send(connection, "api", step.payload.request, headers)
        state = step.payload.state
        step = call("operations", "resume", settings, operation, text, state, response, error=Record)
    if step.tag == "download":
        raise RuntimeError("this example does not write files")
    return json.loads(step.payload.output)


definition = call("provider", "describe")
print(definition.name, "asks for", ", ".join(field.label for field in definition.fields))

# The entries of an administrator.
entries = [
    ("instance", "https://nxdocs.data.eu.nexthink.cloud/dashboards"),
    ("client_id", "demo"),
    ("client_secret", os.environ.get("NX_SECRET", "")),
]
try:
    connection = call("provider", "resolve", entries, error=list)
    print(f"API of {connection.label}: {getattr(connection, 'base-url')}")
    context = Record()
    context.now, context.nonce = int(time.time()), os.urandom(32)
    exchange = call("client-credentials", "token-request", entries, context, error=list)
    token = call("token", "token-response", send(connection, "token", exchange.request))
    print(f"{token.kind} token, to be renewed after {getattr(token, 'refresh-after')} s")
    devices = run(connection, token.value, "nql.execute", '{"queryId": "#devices_overview"}')
    print("nql.execute gives", devices["rows"], "rows")
    run(connection, token.value, "remote-actions.list", "{}")
except Refused as refused:
    (reasons,) = refused.args
    for reason in reasons if isinstance(reasons, list) else [reasons]:
        print(f"{reason.code}: {reason.message}\n  {reason.hint or ''}")
    sys.exit(1)
