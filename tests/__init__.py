"""The rooms of the test suite: unit, contract, integration, e2e, chaos, bench."""

import services.kit  # noqa: F401 # before gRPC: says how it is to behave when we start children
