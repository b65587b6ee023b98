"""The option that renews the schemas of what commands answer."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add it."""
    parser.addoption("--renew-schemas", action="store_true", help="Write tests/views/schemas anew from the views.")
