"""The shell of the command line's tests."""

from cli.conftest import empty, new_store, shell, store_at_work, working

__all__ = ["empty", "new_store", "shell", "store_at_work", "working"]
