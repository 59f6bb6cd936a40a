"""Hides secrets in what a provider wrote."""

from base64 import b64encode
from urllib.parse import quote

HIDDEN = "•••"

# Shorter texts occur by chance, in characters.
SHORTEST = 8


def hider(secrets, entries):
    """Returns a function that replaces secrets in a text, in the forms in which they travel, and the
    beginning of one where the text was cut."""
    forms = set()
    for secret in (secret for secret in secrets if len(secret) >= SHORTEST):
        forms |= {secret, quote(secret, safe=""), base64(secret)}
        forms |= {base64(f"{other.strip()}:{secret}") for _, other in entries}
    # Longest first, so that no part of a longer form is left over.
    forms = sorted(forms, key=len, reverse=True)

    def hide(text):
        for form in forms:
            text = text.replace(form, HIDDEN)
        cut = max((overlap(text, form) for form in forms), default=0)
        return text[: len(text) - cut] + HIDDEN if cut else text

    return hide


def overlap(text, secret):
    """Returns how long a beginning of the secret the text ends with."""
    lengths = range(len(secret) - 1, SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(secret[:length])), 0)


def base64(text):
    return b64encode(text.encode()).decode()
