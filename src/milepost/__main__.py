"""The way in: answers `--version` before anything is imported, and keeps the garbage collector out of start-up."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        from milepost import __version__

        print(f"milepost {__version__}")  # noqa: T201 - before there is anything to render with
        return
    gc.disable()  # a command lives for a fraction of a second; collecting what imports leave costs a quarter of it
    from milepost.cli.app import run

    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
