"""Tells whether a request is the recorded one."""

import json
from urllib.parse import parse_qsl, urlsplit


def differences(recorded, sent):
    """Names what differs: JSON is compared by structure, queries and forms as pairs in any order, and all
    else byte for byte. Headers that are not named here may come and go."""
    expected, given = dict(recorded["headers"]), dict(sent["headers"])
    content_type = media_type(given.get("content-type"))
    same = {
        "method": recorded["method"] == sent["method"],
        "url": same_url(urlsplit(recorded["url"]), urlsplit(sent["url"])),
        "authorization": expected.get("authorization") == given.get("authorization"),
        "accept": expected.get("accept") == given.get("accept"),
        "content-type": media_type(expected.get("content-type")) == content_type,
        # It names a version.
        "user-agent": ("user-agent" in expected) == ("user-agent" in given),
        "body": same_body(content_type, recorded["body"], sent["body"]),
    }
    return [what for what, agrees in same.items() if not agrees]


def media_type(value):
    return (value or "").lower().replace(" ", "")


def pairs(text):
    return sorted(parse_qsl(text, keep_blank_values=True))


def same_url(recorded, sent):
    return recorded[:3] == sent[:3] and pairs(recorded.query) == pairs(sent.query)


def same_body(content_type, recorded, sent):
    if recorded.encode() == sent:
        return True
    essence = content_type.split(";")[0]
    if essence == "application/x-www-form-urlencoded":
        return pairs(recorded) == pairs(sent.decode())
    if essence != "application/json" and not essence.endswith("+json"):
        return False
    try:
        return exact(json.loads(recorded)) == exact(json.loads(sent))
    except ValueError:
        return False


def exact(value):
    """Tells `1`, `1.0` and `true` apart, which are equal in Python."""
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return type(value), value
