"""Drives a connector: what a platform does around the functions of the contract.

The connector decides, this acts. `send` is the platform's: it takes a request, follows no redirect,
stops reading at `response-limit`, and raises `Failed` where there is no response.
"""

from urllib.parse import urlsplit

from connector import Refused
from hide import hider


class Failed(Exception):
    """Carries what the platform itself has to say about an exchange."""

    def __init__(self, failure):
        super().__init__(failure["message"])
        self.failure = failure


class Driver:
    """Drives one connector for one person's entries."""

    def __init__(self, connector, entries, send):
        self.connector = connector
        self.entries = entries
        self.send = send
        definition = connector.provider("describe")
        self.domains = definition["domains"]
        secret = {field["key"] for field in definition["fields"] if field["kind"] == "secret"}
        self.secrets = [text.strip() for key, text in entries if key in secret]

    def connect(self):
        """Goes from entries to a token. Returns as much of `connection`, `notes`, `problems`, `token` and
        `failure` as there is."""
        came = {}
        try:
            came["connection"] = self.connector.provider("resolve", self.entries)
        except Refused:
            pass  # The token request repeats these problems.
        try:
            exchange = self.connector.provider("token-request", self.entries)
        except Refused as refused:
            return {**came, "problems": refused.error}
        came["notes"] = exchange["notes"]
        hide = self._hider()
        try:
            response = self.send(checked(exchange["request"], came["connection"]["hosts"].__contains__))
            token = self.connector.provider("token-response", response)
        except (Refused, Failed) as error:
            return {**came, "failure": harmless(error, hide)}
        for member in ("scopes", "missing-scopes"):
            token[member] = [hide(scope) for scope in token[member]]
        return {**came, "token": {**token, "kind": hide(token["kind"])}}

    def call(self, connection, token, operation, text, wait):
        """Runs an operation to its end. Returns `problems`, `failure`, `outcome`, or `download` and `body`."""
        settings = connection["settings"]
        offered = {offered["id"]: offered for offered in self.connector.operations("catalogue")}
        sources = self.domains + offered.get(operation, {}).get("download-domains", [])
        try:
            step = self.connector.operations("start", settings, operation, text)
        except Refused as refused:
            return {"problems": refused.error}
        try:
            while True:
                tag, value = step
                if tag == "done":
                    return {"outcome": value}
                if tag == "send":
                    wait(value["wait"])
                    response = self._send_authorized(connection, token, value["request"])
                else:
                    response = self.send(checked(value["request"], lambda host: lies_under(host, sources)))
                    # A platform streams the body to where it is wanted; here it is in memory.
                    if 200 <= response["status"] < 300:
                        return {"download": value, "body": response["body"]}
                step = self.connector.operations("resume", settings, operation, text, value["state"], response)
        except (Refused, Failed) as error:
            return {"failure": harmless(error, self._hider(token))}

    def request(self, connection, token, method, path):
        """Calls any path of the API. Returns `problems`, `failure` or `response`."""
        try:
            request = self.connector.access("api-request", connection["settings"], method, path, [], b"")
        except Refused as refused:
            return {"problems": refused.error}
        try:
            response = self._send_authorized(connection, token, request)
            self.connector.access("api-response", response)
            return {"response": response}
        except (Refused, Failed) as error:
            return {"failure": harmless(error, self._hider(token))}

    def permissions(self, connection, token):
        """Finds out what the credentials may do, without changing anything."""
        for probe in self.connector.permissions("probes", connection["settings"]):
            if probe["request"] is None:
                standing = {"state": "unknown", "detail": "No harmless request can tell."}
            else:
                try:
                    response = self._send_authorized(connection, token, probe["request"])
                    standing = self.connector.permissions("standing-of", probe["permission"], response)
                except Failed as failed:
                    # A probe that does not come through says nothing about the others.
                    standing = {"state": "unknown", "detail": str(failed)}
            yield {"permission": probe["permission"], "standing": standing}

    def _send_authorized(self, connection, token, request):
        checked(request, connection["hosts"].__contains__)
        if request["authorized"]:
            request = {**request, "headers": request["headers"] + self.connector.access("authorize", token)}
        return self.send(request)

    def _hider(self, *more):
        return hider([*self.secrets, *more], self.entries)


def checked(request, allowed):
    """Believes no plugin where credentials go: refuses what is not plain `https` to an allowed host."""
    url = urlsplit(request["url"])
    # The host alone: no user, no port.
    if url.scheme != "https" or url.netloc != url.hostname or url.fragment or not allowed(url.hostname):
        raise RuntimeError(f"the plugin asks for a request to {url.hostname}, which this connection may not reach")
    return request


def lies_under(host, domains):
    return any(host.endswith(f".{domain}") for domain in domains)


def harmless(error, hide):
    """Returns the failure with the provider's own text made harmless."""
    failure = error.failure if isinstance(error, Failed) else error.error
    said = {name: hide(failure[name]) for name in ("provider-code", "provider-message") if failure.get(name)}
    return {**failure, **said}
