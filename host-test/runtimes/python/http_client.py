"""Sends requests over the network, to the fake tenant."""

import socket
import ssl
import time
from http.client import HTTPSConnection
from urllib.parse import urlsplit


def sender(address, ca):
    """Returns a `send` that leads to the address (`127.0.0.1:8443`) and trusts the certificate."""
    host, port = address.split(":")
    context = ssl.create_default_context(cafile=ca)

    class StandIn(HTTPSConnection):
        def connect(self):
            plain = socket.create_connection((host, int(port)), self.timeout)
            self.sock = context.wrap_socket(plain, server_hostname=self.host)

    def send(request):
        url = urlsplit(request["url"])
        client = StandIn(url.netloc, timeout=request["timeout"])
        path = url._replace(scheme="", netloc="").geturl()
        client.request(request["method"], path, request["body"] or None, dict(request["headers"]))
        answer = client.getresponse()
        headers = [(name.lower(), value) for name, value in answer.getheaders()]
        response = {"status": answer.status, "headers": headers, "body": answer.read(), "received-at": int(time.time())}
        client.close()
        return response

    return send
