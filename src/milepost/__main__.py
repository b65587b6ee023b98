"""The way in: answers `--version` before anything is imported, and keeps the garbage collector out of short commands.

An interrupt while modules are still being imported is told here; a later one where errors are, in `cli/app.py`.
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    _mend_streams()
    if sys.argv[1:] == ["--version"]:
        from milepost import __version__

        print(f"milepost {__version__}")  # noqa: T201 - before there is anything to render with
        return
    # Most commands live for a fraction of a second, of which collecting what imports leave would cost a quarter. One
    # that lives longer, a thousand stories say, makes more than that and is kept small.
    gc.set_threshold(100_000)
    try:
        from milepost.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 130
    gc.freeze()
    sys.exit(code)


def _mend_streams() -> None:
    """Open what the caller closed, lest the store's file takes its number; write `?` for what cannot be encoded."""
    for name, number, mode in (("stdin", 0, os.O_RDONLY), ("stdout", 1, os.O_WRONLY), ("stderr", 2, os.O_WRONLY)):
        if getattr(sys, name) is None and os.open(os.devnull, mode) == number:
            setattr(sys, name, os.fdopen(number, "r" if mode == os.O_RDONLY else "w", closefd=False))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")


if __name__ == "__main__":
    main()
