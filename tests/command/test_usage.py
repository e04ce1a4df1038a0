"""A wrong option of a command is one line that says what is wrong, and exit status 2."""

import subprocess
import sys

import pytest

from tests.running import CHECKOUT


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["import_file"], "FILE"),
        (["import_file", "--wrong", "x"], "--wrong"),
        (["user", "add", "hanako", "--role", "king"], "'king'"),
        (["user", "add", "hanako"], "--role"),
        (["export_layer"], "FILE"),
    ],
)
def test_a_wrong_option_is_one_line_and_status_2(words, says):
    result = subprocess.run(
        [sys.executable, "-m", "gis_server.manage", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert says in result.stderr
