"""Loads the component and calls it, a fresh instance for each call."""

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

# About one instruction a unit, for one call: an endless loop ends here.
FUEL = 100_000_000
# Largest memory of the component, in bytes.
MEMORY = 8 << 20


class Refused(Exception):
    """Holds the error of a `result`: a list of problems, or a failure."""

    def __init__(self, error):
        super().__init__("the plugin gives an error instead of a result")
        self.error = error


class Connector:
    """Calls the functions of the contract: `connector.provider("resolve", entries)`."""

    def __init__(self, path):
        config = Config()
        config.consume_fuel = True
        self._engine = Engine(config)
        self._component = Component.from_file(self._engine, path)

    def provider(self, function, *arguments):
        return self._call("provider", function, arguments)

    def access(self, function, *arguments):
        return self._call("access", function, arguments)

    def permissions(self, function, *arguments):
        return self._call("permissions", function, arguments)

    def operations(self, function, *arguments):
        return self._call("operations", function, arguments)

    def _call(self, interface, function, arguments):
        # A new store has seen nobody's secrets.
        store = Store(self._engine)
        store.set_fuel(FUEL)
        store.set_limits(memory_size=MEMORY)
        # The linker is empty: the component imports nothing.
        instance = Linker(self._engine).instantiate(store, self._component)
        exported = instance.get_export_index(store, f"integration:provider/{interface}@0.1.0")
        index = instance.get_export_index(store, function, exported)
        given = instance.get_func(store, index)(store, *map(lowered, arguments))
        return result(function, given)


# What the error of a `result` looks like where wasmtime returns it bare: it tags only those whose two
# sides are of one Python type.
ERRORS = {
    "resolve": list,
    "token-request": list,
    "api-request": list,
    "start": list,
    "resume": Record,
    "api-response": Record,
}


def result(function, given):
    """Returns what a function gives, or raises its error."""
    if isinstance(given, Variant) and given.tag == "ok":
        return plain(given.payload)
    if isinstance(given, Variant) and given.tag == "err":
        raise Refused(plain(given.payload))
    if function in ERRORS and isinstance(given, ERRORS[function]):
        raise Refused(plain(given))
    return plain(given)


def plain(value):
    """Makes records dictionaries, since the names of the contract have hyphens, and variants pairs."""
    if isinstance(value, Record):
        return {name: plain(member) for name, member in vars(value).items()}
    if isinstance(value, Variant):
        return value.tag, plain(value.payload)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def lowered(value):
    """Makes a dictionary the record that it stands for."""
    if not isinstance(value, dict):
        return value
    record = Record()
    vars(record).update(value)
    return record
