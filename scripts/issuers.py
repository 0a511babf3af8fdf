"""Whose tokens are accepted: keep the list of trusted issuers (Supabase Auth, Keycloak, Auth0, ...).

A request may carry a JWT of a trusted issuer in place of a session token of ours. Whoever holds a valid one is a user:
made at first sight, found again by the issuer and the token's subject.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import psycopg

from app import reach
from app.commands import exit_code, owner_of
from app.console import complain, print_rows
from core.bootstrap import bootstrap, read_settings
from core.database.protection import OWNER
from core.database.roles import Endpoints
from core.errors import InternaError
from core.settings import NamedSecrets
from modules.user.issuers.algorithms import ASYMMETRIC, SECRET_BYTES, fits
from modules.user.issuers.claims import DEFAULT_CLAIMS, Bearer, bearer
from modules.user.issuers.documents import DocumentError, secure
from modules.user.issuers.register import IssuerRegister, Registration
from modules.user.repositories.accounts import TrustedIssuer

_EXAMPLES = """examples:
  Supabase, with its public keys:
    add https://REF.supabase.co/auth/v1 --audience authenticated --claim name=user_metadata.full_name
  Supabase, an older project with a shared secret in the variable SUPABASE_JWT_SECRET:
    add https://REF.supabase.co/auth/v1 --audience authenticated --hs256-secret SUPABASE_JWT_SECRET
  Keycloak, whose users' organisation `acme-corp` is our tenant `acme`:
    add https://id.example.com/realms/staff --audience interna --organisation-claim organization --tenant acme-corp=acme

A changed issuer takes effect within 30 seconds, a removed one is refused on the next request.
"""


class Line(msgspec.Struct, frozen=True):
    """One issuer, as a person reads it."""

    issuer: str
    audience: str
    keys: str
    algorithms: str
    claims: str
    email: str
    tenants: str


class Wrong(Exception):
    """An argument cannot be taken. The text is one line for whoever typed it."""


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    run = {"add": _add, "list": _list, "remove": _remove, "test": _test}[options.command]
    try:
        return exit_code(lambda: run(options), failure=1)
    except Wrong as error:
        parser.error(str(error))
    except Exception as error:
        complain(str(error).splitlines()[0] if str(error) else type(error).__name__)
        return 1


def _add(options: argparse.Namespace) -> int:
    wish = _registration(options)
    with _reached() as endpoints:
        with _register(endpoints) as register:
            new = register.put(wish)
        print(f"{'added' if new else 'updated'} {wish.issuer}")
        print(f"  tokens for {wish.audience!r}, signed with {' or '.join(wish.algorithms)}")
        if options.check:
            _check(wish, endpoints)
    return 0


def _check(wish: Registration, endpoints: Endpoints) -> None:
    """A warning is enough: an issuer may be set up later than its row."""
    if wish.secret_variable is not None:
        found = (_secrets(endpoints).get(wish.secret_variable) or "").encode()
        needed = max(SECRET_BYTES[algorithm] for algorithm in wish.algorithms)
        if len(found) < needed:
            why = f"shorter than {needed} bytes" if found else "not set"
            complain(f"warning: {wish.secret_variable} is {why} here; where Interna runs it must hold the secret")
        return
    from modules.user.issuers.keys import fetch_keys

    try:
        keys = asyncio.run(fetch_keys(wish.issuer, wish.jwks_uri))
    except DocumentError as error:
        complain(f"warning: no keys yet, and without them its tokens are refused: {error}")
    else:
        kinds = sorted({key.alg or key.key_type for key in keys})
        print(f"  {len(keys.keys)} public key{'s'[: len(keys.keys) > 1]} found ({', '.join(kinds)})")


def _list(options: argparse.Namespace) -> int:
    with _reached() as endpoints, _register(endpoints) as register:
        rows = register.all()
    if options.json:
        print_rows(rows, as_json=True)
    elif rows:
        print_rows([_line(row) for row in rows], as_json=False, title="trusted issuers")
    else:
        print("no issuer is trusted; `python -m scripts.issuers add --help` says how to begin")
    return 0


def _remove(options: argparse.Namespace) -> int:
    with _reached() as endpoints, _register(endpoints) as register:
        if not register.remove(options.issuer):
            complain(f"{options.issuer} is not among the trusted issuers; see `list`")
            return 1
    print(f"removed {options.issuer}: its tokens are refused from now on, its users keep their accounts")
    return 0


def _test(options: argparse.Namespace) -> int:
    token = sys.stdin.read() if options.token == "-" else options.token
    with _reached() as endpoints:
        try:
            holder = asyncio.run(_holder(token.strip(), endpoints))
        except InternaError as error:
            print(f"refused: {error.detail}")
            return 1
    identity = holder.identity
    print(f"accepted: {identity.subject!r} of {identity.provider}")
    print(f"  name     {identity.name or '(none)'}")
    print(f"  email    {_shown_address(holder)}")
    print(f"  tenant   {holder.tenant or 'the personal one'}")
    if holder.member_of:
        print(f"  becomes  a member of {', '.join(holder.member_of)}")
    return 0


async def _holder(token: str, endpoints: Endpoints) -> Bearer:
    """By the very path that a request takes, on the application's own login."""
    from app.composition import compose
    from modules.user.issuers.book import IssuerBook
    from modules.user.issuers.verification import verified

    parent = bootstrap(compose, endpoints=endpoints)
    await parent.database.open()
    try:
        core = parent.core
        found = await verified(token, IssuerBook(parent.database).find, core.secrets(), core.clock()())
        return bearer(found.claims, found.issuer)
    finally:
        await parent.database.close()


def _shown_address(holder: Bearer) -> str:
    if holder.identity.email is None:
        return "(none that is usable: only somebody who is known already gets in)"
    return f"{holder.identity.email} ({'verified' if holder.identity.email_verified else 'not verified'})"


def _registration(options: argparse.Namespace) -> Registration:
    for what, url in (("the issuer", options.issuer), ("--jwks-uri", options.jwks_uri)):
        try:
            if url is not None:
                secure(url)
        except DocumentError as error:
            raise Wrong(f"{what}: {error}") from None
    secret: str | None = options.hs256_secret
    if secret is not None and NamedSecrets({secret: "."}).get(secret) is None:
        raise Wrong("--hs256-secret: name a variable with SECRET or KEY in its name, and not SECRET_KEY, which is ours")
    algorithms = list(dict.fromkeys(options.algorithm or (["HS256"] if secret else ["RS256", "ES256"])))
    for algorithm in algorithms:
        if not fits(algorithm, shared_secret=secret is not None):
            known = sorted(SECRET_BYTES if secret else ASYMMETRIC)
            raise Wrong(f"--algorithm: {algorithm!r} is none of {', '.join(known)}")
    claims = _pairs("--claim", options.claim)
    if unknown := claims.keys() - DEFAULT_CLAIMS.keys():
        raise Wrong(f"--claim: {min(unknown)!r} is none of {', '.join(DEFAULT_CLAIMS)}")
    if options.tenant and not options.organisation_claim:
        raise Wrong("--tenant: say with --organisation-claim which claim has these values")
    if not options.audience:
        raise Wrong("--audience: must not be empty")
    return Registration(
        issuer=options.issuer,
        audience=options.audience,
        algorithms=algorithms,
        jwks_uri=options.jwks_uri,
        secret_variable=secret,
        claims=claims,
        trust_email=options.trust_email,
        organisation_claim=options.organisation_claim,
        tenants=_pairs("--tenant", options.tenant),
    )


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    """`name=value`; the last `=` of a tenant, and the first of a claim, is the one in the middle."""
    pairs = dict((pair.rpartition("=") if option == "--tenant" else pair.partition("="))[::2] for pair in given)
    if not all(name and value for name, value in pairs.items()):
        raise Wrong(f"{option}: say it as NAME=VALUE")
    return pairs


def _line(row: TrustedIssuer) -> Line:
    keys = f"secret in {row.secret_variable}" if row.secret_variable else row.jwks_uri or "by discovery"
    mapped = [f"{value} is {tenant}" for value, tenant in row.tenants.items()]
    return Line(
        row.issuer,
        row.audience,
        keys,
        " ".join(row.algorithms),
        " ".join(f"{name}={claim}" for name, claim in row.claims.items()) or "the usual",
        "trusted" if row.trust_email else "as it says",
        f"{row.organisation_claim}: {', '.join(mapped) or 'as it says'}" if row.organisation_claim else "none",
    )


@contextmanager
def _reached() -> Iterator[Endpoints]:
    with reach.database(read_settings()) as endpoints:
        yield endpoints


@contextmanager
def _register(endpoints: Endpoints) -> Iterator[IssuerRegister]:
    with psycopg.connect(owner_of(endpoints), options=f"-c role={OWNER} -c lock_timeout=5s") as connection:
        yield IssuerRegister(connection)


def _secrets(endpoints: Endpoints) -> NamedSecrets:
    from app.composition import compose

    return bootstrap(compose, endpoints=endpoints).core.secrets()


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m scripts.issuers", description=__doc__, epilog=_EXAMPLES, formatter_class=plain
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    add = commands.add_parser("add", help="trust an issuer, or change what is said of one", epilog=_EXAMPLES)
    add.formatter_class = plain
    _add_options(add)
    listing = commands.add_parser("list", help="show whom we trust")
    listing.add_argument("--json", action="store_true", help="print JSON instead of a table")
    remove = commands.add_parser("remove", help="trust an issuer no more")
    remove.add_argument("issuer", help="its URL, as `list` shows it")
    test = commands.add_parser("test", help="say whether a token would be accepted, and whom it names; exit 1 if not")
    test.add_argument("token", help="the token, or - to read it from standard input, where no process list shows it")
    return parser


def _add_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("issuer", help="its URL: exactly what its tokens say in `iss`, to the last slash")
    add.add_argument("--audience", required=True, help="what its tokens say in `aud`, such as authenticated (Supabase)")
    keys = add.add_mutually_exclusive_group()
    keys.add_argument("--jwks-uri", metavar="URL", help="where its public keys are (default: found by discovery)")
    keys.add_argument(
        "--hs256-secret",
        metavar="VARIABLE",
        help="the environment variable that holds a shared secret, in place of public keys",
    )
    add.add_argument(
        "--algorithm",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="how its tokens are signed (default: RS256 ES256; with a secret: HS256)",
    )
    names = ", ".join(f"{name} ({claim})" for name, claim in DEFAULT_CLAIMS.items())
    add.add_argument(
        "--claim",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=CLAIM",
        help=f"where a token says what; a dot leads into an object. Names and their usual claims: {names}",
    )
    add.add_argument(
        "--trust-email",
        action="store_true",
        help="its addresses are verified whether or not a token says so: only where nobody can sign up with another's",
    )
    add.add_argument("--organisation-claim", metavar="CLAIM", help="the claim that names a user's organisation")
    add.add_argument(
        "--tenant",
        nargs="+",
        action="extend",
        default=[],
        metavar="VALUE=TENANT",
        help="users of this organisation become members of this tenant of ours (its slug or id)",
    )
    add.add_argument("--no-check", dest="check", action="store_false", help="do not look whether its keys can be had")


if __name__ == "__main__":
    sys.exit(main())
