"""What the measuring scripts share: a program in a process of its own with what it took, medians, and tables in Markdown."""

import json
import os
import statistics
import subprocess
import sys

# Linux counts as a program's peak what the one that started it has ever held: programs are started by one that holds little.
LAUNCHER = """
import json, os, subprocess, sys, time
for line in sys.stdin:
    command, output, environment = json.loads(line)
    with open(output, 'wb') as file:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(json.dumps([wall, cpu, peak, child.returncode]), flush=True)
"""
launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(command, output, env=None):
    """Wall seconds, CPU seconds, peak MiB and exit status of one process, whose standard output goes to the file `output`."""
    print(json.dumps([command, str(output), env]), file=launcher.stdin, flush=True)
    return json.loads(launcher.stdout.readline())


def median(rounds, index):
    return statistics.median(figures[index] for figures in rounds)


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
