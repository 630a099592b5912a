"""What the scripts that look at a release from within share: building, and letting the demo carry calls."""

import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What cargo is asked for. The two are built apart, as releases are: the tests' dependencies ask for features of others, so the same
# function has a name in each.
PROGRAM = ["build", "--locked", "--release", "--package", "backshell", "--bin", "backshell"]
BENCH = ["bench", "--locked", "--package", "backshell", "--bench", "gateway", "--no-run"]


def built(cargo, what, environment=None):
    """Builds with the command `cargo`; the path of the program."""
    command = [cargo, *what, "--message-format", "json"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment).stdout
    return re.findall(r'"executable":"([^"]+)"', output)[-1]


def calls_through_the_demo(program, connections, seconds, under=(), begun=lambda process: None):
    """Sends calls through `backshell demo`, started under another command if one is given; `begun` is told when it is there."""
    command = [*under, program, "demo", "--gateway", "127.0.0.1:0", "--console", "127.0.0.1:0"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        token = address = None
        for line in demo.stdout:
            token = (re.findall(r"BACKSHELL_TOKEN=(\S+)", line) or [token])[0]
            address = (re.findall(r"(http://\S+/account)", line) or [address])[0]
            if "Ctrl-C" in line:
                break
        if not address:
            sys.exit("the demo did not start")
        begun(demo.pid)
        load = ["-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-H", f"Authorization: Bearer {token}"]
        if "Non-2xx" in subprocess.run(["wrk", *load, address], check=True, capture_output=True, text=True).stdout:
            sys.exit("not every call was answered well")
    finally:
        demo.send_signal(signal.SIGINT)
        # What was counted is written down at the end.
        status = demo.wait()
    if status != 0:
        sys.exit("the demo failed")
