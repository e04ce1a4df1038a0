"""Django's own commands, reached through ``./gis manage …``."""

import os
import sys

from gis_server.command.one_line import say_in_one_line, stopped_in_one_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_server.settings")
    with stopped_in_one_line():
        from django.core.management import execute_from_command_line

        say_in_one_line()
        execute_from_command_line(["gis manage", *sys.argv[1:]])


if __name__ == "__main__":
    main()
