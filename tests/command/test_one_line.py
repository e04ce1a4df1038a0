"""What ends a command early is one line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gis_server.command.one_line import stopped_in_one_line
from tests.running import CHECKOUT

_INTERRUPTED = """
import signal, sys
class Interrupt:
    def find_spec(self, name, *rest):
        if name == "django":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
import runpy
sys.argv = ["gis", "undo_import"]
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""
"""A program in which Ctrl-C comes just when Django is about to be loaded."""


def test_ctrl_c_is_one_line_and_the_usual_status(capsys):
    with pytest.raises(SystemExit) as ended, stopped_in_one_line():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == "gis: stopped\n"


@pytest.mark.parametrize("module", ["gis_server.manage", "gis_server.command.with_tables"])
def test_ctrl_c_while_django_is_loaded_leaves_no_trace_of_the_program(module):
    argv = [sys.executable, "-c", _INTERRUPTED.format(module=module)]
    done = subprocess.run(argv, cwd=CHECKOUT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "gis: stopped\n")


def test_a_reader_that_goes_leaves_no_trace_of_the_program():
    argv = [sys.executable, "-m", "gis_server.manage", "help"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(argv, cwd=CHECKOUT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
