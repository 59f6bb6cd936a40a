"""Every recording that the host passes ends the same in Python."""

import json
import unittest

from connector import Connector
from matching import exact
from recording import play
from stage import COMPONENT, ROOT, host

CONNECTOR = Connector(COMPONENT)

# Each changes one thing that matters in a recording that passes.
CHANGES = [
    ("the method", "success-eu.har", '"method": "POST"', '"method": "PUT"'),
    ("the host", "success-eu.har", "https://nxdocs-login.eu", "https://nxdocs-login.us"),
    ("the path", "success-eu.har", "/v1/token", "/v2/token"),
    ("the credentials", "success-eu.har", "Basic {{basic}}", "Basic {{client_id}}"),
    ("a form", "success-eu.har", "grant_type=client_credentials", "grant_type=client_credential"),
    ("the token's life", "success-eu.har", '\\"expires_in\\":900', '\\"expires_in\\":901'),
    ("the clock", "failure-429-http-date.har", '"_clock": "2026-01-15T09:30:00Z"', '"_clock": "2026-01-15T09:30:01Z"'),
    ("a JSON body", "operations/nql-export.har", '\\"#export_devices\\"', '\\"#export_device\\"'),
    ("the token", "operations/nql-export.har", "Bearer {{access_token}}", "Bearer {{client_id}}"),
    ("a byte of a file", "operations/nql-export.har", 'Paris\\r\\n"\n      }', 'Pariz\\r\\n"\n      }'),
    ("the order", "operations/nql-export.har", "/nql/status/5f0c", "/nql/status/6f0c"),
]


class Recordings(unittest.TestCase):
    maxDiff = None

    def test_every_recording_that_the_host_passes_ends_the_same_here(self):
        passed = [recording for recording in host("run", "fixtures")["recordings"] if recording["passed"]]
        self.assertTrue(passed, "the host passes recordings")
        for recording in passed:
            with self.subTest(recording["file"]):
                expected, came = play(CONNECTOR, (ROOT / recording["file"]).read_bytes())
                self.assertEqual(json.dumps(came, sort_keys=True), json.dumps(expected, sort_keys=True))
                self.assertEqual(exact(came), exact(recording["outcome"]))
        print(f"{len(passed)} recordings", end=" ", flush=True)

    def test_a_recording_that_differs_does_not_pass(self):
        for what, file, before, after in CHANGES:
            with self.subTest(what):
                text = (ROOT / "fixtures" / file).read_text()
                self.assertIn(before, text)
                with self.assertRaises(AssertionError):
                    expected, came = play(CONNECTOR, text.replace(before, after, 1))
                    self.assertEqual(exact(came), exact(expected))
