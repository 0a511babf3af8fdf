"""Plant the seeds and print what that did. Any failure, settings included, exits 1."""

from __future__ import annotations

import argparse
import sys

from app.commands import exit_code, seed
from app.console import complain
from core.bootstrap import read_settings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.seed", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    try:
        return exit_code(lambda: seed(read_settings(), as_json=options.json), failure=1)
    except Exception as error:
        complain(str(error).splitlines()[0] if str(error) else type(error).__name__)
        return 1


if __name__ == "__main__":
    sys.exit(main())
