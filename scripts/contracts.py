"""Generate the modules' rows.py from their tables, or check that they are up to date."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Table

import app.composition  # noqa: F401  # its modules declare their tables
from core.database.metadata import tables_of
from core.database.rows import render

ROOT = Path(__file__).resolve().parents[1]


def generated() -> dict[Path, str]:
    """What each module's rows.py should hold, formatted."""
    texts: dict[Path, str] = {}
    for folder in sorted(path.parent for path in (ROOT / "modules").glob("*/container.py")):
        module = importlib.import_module(f"modules.{folder.name}.tables")
        schema = next(str(value.schema) for value in vars(module).values() if isinstance(value, Table))
        texts[folder / "rows.py"] = _formatted(render(schema, tables_of({schema})))
    return texts


def _formatted(text: str) -> str:
    ruff = [sys.executable, "-m", "ruff", "--quiet"]
    stdin = ["--stdin-filename", str(ROOT / "modules" / "rows.py"), "-"]
    fixed = subprocess.run([*ruff, "check", "--fix", *stdin], input=text, capture_output=True, text=True, check=False)
    return subprocess.run(
        [*ruff, "format", *stdin], input=fixed.stdout, capture_output=True, text=True, check=True
    ).stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.contracts", description=__doc__)
    parser.add_argument("command", choices=["generate", "check"], help="write the files, or compare them")
    wanted = parser.parse_args(arguments).command
    stale = [path for path, text in generated().items() if not path.exists() or path.read_text() != text]
    if wanted == "generate":
        texts = generated()
        for path in stale:
            path.write_text(texts[path])
            print(f"wrote {path.relative_to(ROOT)}")
        print(f"contracts: {len(texts)} modules, {len(stale)} changed")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is stale: run `python -m scripts.contracts generate`", file=sys.stderr)
    if not stale:
        print("contracts: up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
