"""The shell of the command line's tests."""

from cli.conftest import empty, shell

__all__ = ["empty", "shell"]
