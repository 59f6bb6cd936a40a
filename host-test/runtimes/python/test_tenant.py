"""Against the fake tenant: what no recording of an operation holds, and the example."""

import json
import os
import subprocess
import sys
import time
import unittest

from connector import Connector
from driver import Driver
from http_client import sender
from stage import COMPONENT, HERE, SECRET, Tenant, host

ENTRIES = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "demo"), ("client_secret", SECRET)]


class AgainstTheTenant(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant("nql,workflows")
        cls.addClassCleanup(cls.tenant.stop)
        cls.driver = Driver(Connector(COMPONENT), ENTRIES, sender(cls.tenant.address, cls.tenant.ca))
        came = cls.driver.connect()
        cls.connection, cls.token = came["connection"], came["token"]["value"]

    def test_the_permissions_are_those_that_the_host_finds(self):
        options = [*self.tenant.options, "--set", "client_secret=env:NX_SECRET"]
        for key, value in ENTRIES[:3]:
            options += ["--set", f"{key}={value}"]
        found = list(self.driver.permissions(self.connection, self.token))
        self.assertEqual(found, host("connect", *options)["permissions"])
        self.assertEqual({each["standing"]["state"] for each in found}, {"granted", "missing", "unknown"})

    def test_any_path_of_the_api_answers_or_says_why_not(self):
        def request(path):
            return self.driver.request(self.connection, self.token, "GET", path)

        self.assertTrue(json.loads(request("/api/v1/workflows")["response"]["body"]))
        self.assertEqual(request("/api/v1/act/remote-action")["failure"]["code"], "permission-missing")
        self.assertEqual(request("//elsewhere.example")["problems"][0]["field"], "/path-and-query")

    def test_an_operation_ends_with_a_result(self):
        came = self.call("nql.execute", {"queryId": "#devices_overview"})
        self.assertEqual(json.loads(came["outcome"]["output"])["rows"], 5)

    def test_an_operation_ends_with_a_file(self):
        came = self.call("nql.export", {"queryId": "#devices_overview"})
        self.assertEqual(len(came["body"].decode().splitlines()), 6)

    def call(self, operation, given):
        return self.driver.call(self.connection, self.token, operation, json.dumps(given), time.sleep)

    def example(self, secret):
        command = [sys.executable, HERE / "example.py", COMPONENT, self.tenant.address, self.tenant.ca]
        run = subprocess.run(command, env={**os.environ, "NX_SECRET": secret}, capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout.splitlines()

    def test_the_example_connects_runs_a_query_and_says_which_permission_is_missing(self):
        code, lines = self.example(SECRET)
        self.assertEqual(lines[:5], [
            "Nexthink asks for Instance name, Region, Client ID, Client secret",
            "leads to nxdocs (European Union): nxdocs-login.eu.nexthink.cloud, nxdocs.api.eu.nexthink.cloud",
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
