"""Replays a recording; fixtures/README.md says what a file means."""

import json
import re
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from connector import Refused
from driver import Driver, Failed
from hide import base64
from matching import differences

ID = "replayedclientid00000000000000001"
SECRET = "replayedclientsecret00000000000000000000001"
TOKEN = "replayed.access.token-0000000000000000001"

# What stands in for placeholders.
STAND_INS = {
    "{{basic}}": base64(f"{ID}:{SECRET}"),
    "{{client_secret}}": SECRET,
    "{{access_token}}": TOKEN,
    "{{client_id}}": ID,
}

# Longest body to keep of a download that is no success, in bytes.
REFUSAL = 64 * 1024

# Longest download that a recording spells out, in bytes; of longer ones it has the digest.
SHORT = 2000


def play(connector, text):
    """Plays the recording in a file's text. Returns what it expects and what came of it."""
    log = json.loads(text)["log"]
    entries = [(pair["name"], filled(pair["value"])) for pair in log["_entered"]]
    replay = Replay(log)
    driver = Driver(connector, entries, replay.send)
    if "_scenario" in log:
        came = operate(driver, log["_scenario"])
    else:
        came = connect(driver, replay)
    if replay.left:
        raise AssertionError(f"{len(replay.left)} recorded exchange(s) were never asked for")
    return log["_expect"], came


class Replay:
    """Answers requests in the order of the recording."""

    def __init__(self, log):
        self.left = list(log["entries"])
        self.clock = int(datetime.fromisoformat(log["_clock"]).timestamp())
        self.milliseconds = 0

    def send(self, request):
        if not self.left:
            raise AssertionError(f"nothing more was recorded, but {request['method']} {request['url']} was sent")
        entry = self.left[0]
        recorded = {
            "method": entry["request"]["method"],
            "url": filled(entry["request"]["url"]),
            "headers": headers(entry["request"]),
            "body": filled(entry["request"].get("postData", {}).get("text", "")),
        }
        if found := differences(recorded, request):
            raise AssertionError(f"this is not the recorded {recorded['method']} {recorded['url']}: {found}")
        self.left.pop(0)
        self.milliseconds += int(entry["time"])
        if "_fault" in entry:
            raise failed(entry["_fault"], request)
        content = entry["response"]["content"]
        text = content.get("text", "")
        body = b64decode(text) if content.get("encoding") == "base64" else filled(text).encode()
        if len(body) > request["response-limit"]:
            raise failed("long", request)
        response = {
            "status": entry["response"]["status"],
            "headers": headers(entry["response"]),
            "body": body,
            "received-at": self.clock + self.milliseconds // 1000,
        }
        # What carries neither credentials nor a token is a download.
        is_download = "authorization" not in dict(request["headers"])
        return downloaded(request, response) if is_download else response


def downloaded(request, response):
    """Does to a download what a host does: one that is cut off has failed, and a refusal is shortened."""
    if not 200 <= response["status"] < 300:
        return {**response, "body": response["body"][:REFUSAL]}
    if int(dict(response["headers"]).get("content-length", 0)) > len(response["body"]):
        raise failed("reset", request)
    return response


def connect(driver, replay):
    """Connects, and checks the permissions where the recording goes on after the token."""
    came = driver.connect()
    outcome = connected(dict(came))
    if "token" in came and replay.left:
        rows = driver.permissions(came["connection"], came["token"]["value"])
        outcome["permissions"] = spelled(list(rows))
    return outcome


def operate(driver, scenario):
    """Runs the operation of a recording, with a token in hand."""
    try:
        connection = driver.connector.provider("resolve", driver.entries)
    except Refused as refused:
        return spelled({"problems": refused.error})
    given = scenario["input"]
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    came = driver.call(connection, TOKEN, scenario["operation"], filled(text), wait=lambda seconds: None)
    if outcome := came.get("outcome"):
        return {"outcome": {"output": restored(json.loads(outcome["output"])), **noted(outcome)}}
    if download := came.get("download"):
        return {"download": {**described(download, came["body"]), **noted(download)}}
    return spelled(came)


def described(download, body):
    shown = {"media-type": download["media-type"], "compression": download["compression"], "bytes": len(body)}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and len(body) <= SHORT:
        return {**shown, "text": text}
    return {**shown, "sha256": sha256(body).hexdigest()}


def noted(ended):
    partial = {"partial": True} if ended["partial"] else {}
    return {**partial, **({"warnings": spelled(ended["warnings"])} if ended["warnings"] else {})}


def connected(came):
    if connection := came.get("connection"):
        settings = dict(connection["settings"])
        came["connection"] = {**connection, "settings": settings, "notes": connection["notes"] or None}
    if token := came.get("token"):
        value = token["value"] if token["value"] == TOKEN else "(another value)"
        came["token"] = {**token, "value": value, "missing-scopes": token["missing-scopes"] or None}
    return spelled({**came, "notes": came.get("notes") or None})


def failed(fault, request):
    """Says what happened instead of a response, in the words of the host that the recordings are of."""
    host = urlsplit(request["url"]).hostname
    code, kind, message, hint = {
        "dns": ("network", "transient", f"The host {host} was not found.",
                "Check the entries that the address is made from, and the name resolution of this network."),
        "refused": ("network", "transient", f"The host {host} refused the connection.",
                    "Check whether a firewall stands between; try again."),
        "reset": ("network", "transient", f"The connection to {host} broke before the answer was complete.",
                  "Try again."),
        "timeout": ("timeout", "transient", f"The host {host} did not answer within {request['timeout']} seconds.",
                    "Try again."),
        "tls": ("tls", "security", f"The host {host} did not prove its identity.",
                "A proxy on the way may replace certificates; ask those who run this network."),
        "long": ("response-too-large", "security",
                 f"The answer of {host} is longer than {request['response-limit']} bytes.",
                 "An honest answer is far shorter; the host may not be the provider."),
    }[fault]
    return Failed({"code": code, "class": kind, "message": message, "hint": hint})


def headers(message):
    pairs = [(header["name"].lower(), filled(header["value"])) for header in message["headers"]]
    # HAR holds the decoded body.
    if "content-encoding" in dict(pairs):
        return [pair for pair in pairs if pair[0] not in ("content-encoding", "content-length")]
    return pairs


def filled(text):
    """Replaces placeholders by what stands in for them; one that is not known here is an error."""
    return re.sub(r"\{\{.*?\}\}", lambda found: STAND_INS[found.group()], text)


def restored(value):
    """Puts placeholders back into every text of a value."""
    if isinstance(value, str):
        for name, known in STAND_INS.items():
            value = value.replace(known, name)
        return value
    if isinstance(value, list):
        return [restored(item) for item in value]
    if isinstance(value, dict):
        return {name: restored(member) for name, member in value.items()}
    return value


def spelled(value):
    """Spells a record of the contract as recordings do: without what is absent."""
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {name: spelled(member) for name, member in value.items() if member is not None}
    return restored(value)
