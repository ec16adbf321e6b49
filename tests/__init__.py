"""The rooms of the test suite: unit, contract, integration, e2e, chaos, bench."""
