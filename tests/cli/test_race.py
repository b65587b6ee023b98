"""Several processes at once on one store: one of them moves the order, the others are told."""

import subprocess
import sys

from cli.shell_helpers import Shell, environment

MANY = 8


def test_of_eight_approvals_at_once_one_counts_and_pays_and_seven_are_refused(shell: Shell) -> None:
    shell.ok(f"order deliver {shell.order()}")
    command = [sys.executable, "-m", "milepost", "order", "approve", "1"]
    running = [
        subprocess.Popen(command, env=environment(shell.db), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(MANY)
    ]
    told = [(*one.communicate(timeout=60), one.returncode) for one in running]

    assert sorted(code for _, _, code in told) == [0] + [4] * (MANY - 1)
    for out, err, code in told:
        if code:
            assert out == ""
            assert err.startswith("error: order 1 has nothing to review")
            assert "[review-window]" in err
            assert "Traceback" not in err
    assert [one["kind"] for one in shell.json("ledger show --order 1")] == ["charge", "release"]
    assert [one["action"] for one in shell.json("order history 1")] == ["place", "deliver", "approve"]
    assert shell.json("ledger check")["balanced"] is True
