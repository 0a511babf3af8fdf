"""The ledger of credits: prove that every balance follows from its entries.

`verify` derives every balance, every reservation, what remains of every grant, and the balance after every entry, in
the order in which they were entered; it prints the sums, and whatever is odd. It only reads, in one snapshot, as the
owner of the tables. Exits 1 where anything is odd, 2 where it could not be looked at.
"""

from __future__ import annotations

import argparse
import sys
import time

import msgspec

from app import reach
from app.commands import exit_code, owner_of
from app.console import complain, print_rows
from core.bootstrap import read_settings
from core.settings import Settings
from modules.billing.repositories.audit import Audit, audit_of


class Total(msgspec.Struct, frozen=True):
    """A line of the sums."""

    what: str
    number: int
    credits: int


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return exit_code(lambda: _verify(read_settings(), options), anything=True)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m scripts.ledger", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True, metavar="command")
    verify = commands.add_parser("verify", help="derive everything again, and print what is odd", allow_abbrev=False)
    verify.add_argument("--tenant", metavar="TENANT", help="only this one: its slug or id")
    verify.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return found


def _verify(settings: Settings, options: argparse.Namespace) -> int:
    started = time.perf_counter()
    with reach.database(settings) as endpoints, audit_of(owner_of(endpoints)) as audit:
        tenant_id = None
        if options.tenant is not None and (tenant_id := audit.find(options.tenant)) is None:
            complain(f"there is no tenant {options.tenant}")
            return 2
        found = audit.run(tenant_id, _tell)
    _tell("")
    took = time.perf_counter() - started
    if options.json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        _show(found, took)
    return 1 if found.faults else 0


def _show(found: Audit, took: float) -> None:
    totals = [Total(f"entries: {each.kind}", each.entries, each.credits) for each in found.sums]
    totals.append(Total("entries in all", found.entries, sum(each.credits for each in found.sums)))
    totals.append(Total("accounts: balance", found.accounts, found.balance))
    totals.append(Total("accounts: held", found.accounts, found.held))
    totals.append(Total("what remains of grants", found.accounts, found.remaining))
    print_rows(totals, as_json=False, title="sums")
    if found.faults:
        print_rows(found.faults, as_json=False, title="odd")
    said = f"{found.all_faults} odd" if found.faults else "every balance follows from its entries"
    print(f"ledger: {found.entries:,} entries of {found.accounts:,} accounts in {took:.1f} s: {said}")


def _tell(line: str) -> None:
    """What is done at the moment, on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K  {line}" if line else "\r\x1b[K")


if __name__ == "__main__":
    sys.exit(main())
