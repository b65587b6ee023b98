"""The shell of the command line's tests."""

from cli.conftest import empty, new_store, shell

__all__ = ["empty", "new_store", "shell"]
