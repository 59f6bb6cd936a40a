"""The example against the fake tenant, over TLS."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SECRET = "a-secret-of-the-fake-tenant"
CLIENT = ["--client-id", "demo", "--client-secret-from", "env:NX_SECRET", "--permissions", "nql,workflows"]


class AgainstTheTenant(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.ca = f"{folder.name}/ca.pem"
        tenant = subprocess.Popen(
            [ROOT / os.environ["HOST_TEST"], "tenant", "--port", "0", *CLIENT, "--ca-file", cls.ca, "--json"],
            env={**os.environ, "NX_SECRET": SECRET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        cls.addClassCleanup(tenant.stdout.close)
        cls.addClassCleanup(tenant.wait)
        cls.addClassCleanup(tenant.terminate)
        report = b""
        while not report.endswith(b"}\n"):
            line = tenant.stdout.readline()
            if not line:
                raise RuntimeError("the fake tenant did not start")
            report += line
        cls.address = json.loads(report)["address"]

    def example(self, secret):
        command = [sys.executable, HERE / "example.py", ROOT / os.environ["COMPONENT"], self.address, self.ca]
        run = subprocess.run(command, env={**os.environ, "NX_SECRET": secret}, capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout.splitlines()

    def test_the_example_connects_runs_a_query_and_says_which_permission_is_missing(self):
        code, lines = self.example(SECRET)
        self.assertEqual(lines[:5], [
            "Nexthink asks for Instance name, Region, Client ID, Client secret",
            "API of nxdocs (European Union): https://nxdocs.api.eu.nexthink.cloud",
            "Bearer token, to be renewed after 840 s",
            "nql.execute gives 5 rows",
            "permission-missing: The credentials are not allowed to do this.",
        ])
        self.assertTrue(lines[5].startswith("  Nexthink ties permissions to credentials"), lines[5])
        self.assertEqual(code, 1)

    def test_the_example_says_what_to_do_about_a_secret_that_is_wrong_or_missing(self):
        code, lines = self.example("another-secret")
        self.assertEqual(lines[2], "invalid-client: Nexthink does not accept this client id and secret.")
        self.assertEqual(code, 1)
        self.assertEqual(self.example("")[1][2], "required: Client secret is missing.")
