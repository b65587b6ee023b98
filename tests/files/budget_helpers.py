"""Running Python within a budget of time and memory, as a process of its own."""

import resource
import subprocess
import sys

from cli.shell_helpers import environment

SECONDS = 10.0  # several times what any of these needs on a slow machine, and a fraction of what squares of sizes cost
BYTES = 300 * 1_024**2


def within_budget(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run Python with these words. Fails if it takes too long; what takes too much memory ends in a `MemoryError`."""
    return subprocess.run(
        [sys.executable, *words],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=SECONDS,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES)),
    )
