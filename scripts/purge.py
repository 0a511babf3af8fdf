"""Anonymise the accounts that were deleted more than 30 days ago, and print what was done.

What tells who a user was is taken away: address, profile, password, accounts elsewhere, and where log-ins came from.
What they made for a tenant stays. Meant to be run daily; running it again does nothing. Exits 1 where anything failed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from app import reach
from app.commands import exit_code
from app.composition import compose
from app.console import print_rows
from core.bootstrap import bootstrap, read_settings
from core.database.pool import Database
from core.settings import Settings
from modules.user.services.purge import FAILED, Purge, Purged


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return exit_code(lambda: _run(read_settings(), options), failure=1, anything=True)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m scripts.purge", description=__doc__)
    found.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
    found.add_argument("--limit", type=_count, default=100_000, metavar="N", help="accounts at most (default 100,000)")
    found.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return found


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000_000:
        raise argparse.ArgumentTypeError("from 1 to 10,000,000")
    return number


def _run(settings: Settings, options: argparse.Namespace) -> int:
    with reach.database(settings) as endpoints:
        parent = bootstrap(compose, endpoints=endpoints)
        purge: Purge = next(module for module in parent.modules if module.name == "user").container.purge()
        done = asyncio.run(_purge(parent.database, purge, options))
    print_rows(done, as_json=options.json, title="purge")
    failed = sum(found.outcome.startswith(FAILED) for found in done)
    if not options.json:
        print(f"purge: {len(done)} due, {failed} failed" + (", nothing was done" if options.dry_run else ""))
    return 1 if failed else 0


async def _purge(database: Database, purge: Purge, options: argparse.Namespace) -> list[Purged]:
    await database.open()
    try:
        if options.dry_run:
            return [Purged(user_id, "due") for user_id in await purge.due(options.limit)]
        done: list[Purged] = []
        async for found in purge.run(options.limit):
            done.append(found)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r  {len(done)} accounts")
        if done and sys.stderr.isatty():
            sys.stderr.write("\n")
        return done
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
