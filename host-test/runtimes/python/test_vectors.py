"""Every call vector has the same result in Python as in the host.

`make test-runtimes` writes the vectors and sets VECTORS and COMPONENT. Their format is described in
`crates/recordings/src/vectors.rs`.
"""

import json
import os
import unittest
from base64 import b64decode, b64encode
from pathlib import Path

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, FuncType, Linker, Record, ResultType, Variant

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / os.environ["VECTORS"]
# Fuel for one call, about one unit per instruction, and memory in bytes, as in the host, which
# allows operations more: an endless loop or allocation ends here.
FUEL = 100_000_000
MEMORY = 8 << 20

CONFIG = Config()
CONFIG.consume_fuel = True
ENGINE = Engine(CONFIG)
COMPONENT = Component.from_file(ENGINE, str(ROOT / os.environ["COMPONENT"]))


def lowered(value):
    """Converts an argument of a vector to what wasmtime takes."""
    if isinstance(value, list):
        # A list in a list is a tuple of the contract.
        return [tuple(item) if isinstance(item, list) else lowered(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "base64" in value:
        return b64decode(value["base64"])
    if "tag" in value:
        # Of another class than the other case, and so not tagged.
        return lowered(value["val"])
    record = Record()
    vars(record).update({name: lowered(member) for name, member in value.items()})
    return record


def lifted(value):
    """Converts what wasmtime returns to what a vector shows."""
    if isinstance(value, Record):
        return {name: lifted(member) for name, member in vars(value).items()}
    if isinstance(value, Variant):
        tag = {"tag": value.tag}
        return tag if value.payload is None else {**tag, "val": lifted(value.payload)}
    if isinstance(value, (list, tuple)):
        return [lifted(item) for item in value]
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    return value


def call(name, arguments):
    """Calls a function in an instance of its own, within limits."""
    interface, function = name.split(".")
    store = Store(ENGINE)
    store.set_fuel(FUEL)
    store.set_limits(memory_size=MEMORY)
    # The linker is empty: the component imports nothing.
    instance = Linker(ENGINE).instantiate(store, COMPONENT)
    exported = instance.get_export_index(store, f"integration:provider/{interface}@0.1.0")
    func = instance.get_func(store, instance.get_export_index(store, function, exported))
    value = func(store, *map(lowered, arguments))
    kind = func.type(store).result
    if not isinstance(kind, ResultType):
        return lifted(value)
    # wasmtime tags only a `result` whose two sides are of one Python class.
    if isinstance(value, Variant) and value.tag in ("ok", "err"):
        return {value.tag: lifted(value.payload)}
    errors = set()
    kind.err.add_classes(errors)
    return {"err" if type(value) in errors else "ok": lifted(value)}


def spelled(value):
    """Spells a value out, for True is 1 in Python."""
    return json.dumps(value, indent=1, sort_keys=True)


class Vectors(unittest.TestCase):
    maxDiff = None

    def test_every_vector_has_the_same_result(self):
        called = set()
        with VECTORS.open(encoding="utf-8") as lines:
            for line, text in enumerate(lines, 1):
                vector = json.loads(text)
                name = vector["function"]
                called.add(name)
                with self.subTest(name, line=line):
                    result = call(name, vector["arguments"])
                    self.assertEqual(spelled(result), spelled(vector["result"]))
        # No recording calls the one left out.
        self.assertEqual(exported() - called - {"access.api-request"}, set())
        print(f"{line} calls", end=" ", flush=True)

    def test_an_api_request_takes_any_path_and_no_other_host(self):
        settings = [["instance", "nxdocs"], ["region", "eu"], ["client_id", "demo"]]
        more = [[["content-type", "application/json"]], {"base64": "e30="}]
        request = call("access.api-request", [settings, "POST", "/api/v1/workflows?a=b", *more])["ok"]
        self.assertEqual(request["url"], "https://nxdocs.api.eu.nexthink.cloud/api/v1/workflows?a=b")
        self.assertEqual(request["body"], {"base64": "e30="})
        problems = call("access.api-request", [settings, "GET", "//elsewhere.example", *more])["err"]
        self.assertEqual(problems[0]["field"], "/path-and-query")


def exported():
    """Returns the functions that the component exports."""
    return {
        f"{interface.partition('/')[2].partition('@')[0]}.{name}"
        for interface, instance in COMPONENT.type.exports(ENGINE).items()
        for name, item in instance.ty.exports(ENGINE).items()
        if isinstance(item.ty, FuncType)
    }
