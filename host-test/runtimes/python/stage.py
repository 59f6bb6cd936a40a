"""What the tests share: the host that they are compared with, and its fake tenant."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
SECRET = "a-secret-of-the-stand-in-tenant"


def required(name):
    if name not in os.environ:
        raise SystemExit(f"{name} is not set; `make test-runtimes` sets it")
    return str(ROOT / os.environ[name])


PROGRAM = required("HOST_TEST")
COMPONENT = required("COMPONENT")


def host(*arguments):
    """Runs the host with the component and returns its report, whatever its exit status."""
    command = [PROGRAM, *arguments, "--component", COMPONENT, "--json"]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, "NX_SECRET": SECRET}, capture_output=True)
    if not run.stdout:
        raise RuntimeError(f"host-test {arguments}: {run.stderr.decode()}")
    return json.loads(run.stdout)


class Tenant:
    """A fake tenant that grants some permissions."""

    def __init__(self, permissions):
        self._folder = tempfile.TemporaryDirectory()
        self.ca = f"{self._folder.name}/ca.pem"
        client = ["--client-id", "demo", "--client-secret-from", "env:NX_SECRET", "--permissions", permissions]
        self._process = subprocess.Popen(
            [PROGRAM, "tenant", "--port", "0", *client, "--ca-file", self.ca, "--json"],
            cwd=ROOT,
            env={**os.environ, "NX_SECRET": SECRET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        said = b""
        while not said.endswith(b"}\n"):
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("the fake tenant did not start")
            said += line
        report = json.loads(said)
        self.address = report["address"]
        self.options = ["--live", "--ca-file", self.ca]
        for line in report["resolve"]:
            self.options += ["--resolve", line]

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()
