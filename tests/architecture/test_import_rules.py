"""The import rules hold, and each of them bites: a module that breaks it is written into a copy of the tree."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Container, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "app", "modules", "seeds", "scripts")
LINT = Path(sys.executable).parent / "lint-imports"
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# Contract, file, and the line that must not be there.
VIOLATIONS = [
    ("core-knows-nobody", "core/http/violation.py", "from app.routes import routes_of"),
    ("core-knows-nobody", "core/database/errors.py", "def late() -> None:\n    from modules.billing import Credits"),
    ("modules-downwards", "modules/user/violation.py", "from modules.authorization import TenantCreated"),
    ("modules-downwards", "modules/agents/models/violation.py", "import modules.simulations.drafts"),
    ("modules-below-app", "modules/user/violation.py", "from app.composition import compose"),
    ("modules-below-app", "modules/simulations/http/violation.py", "import scripts.seed"),
    ("core-layers", "core/database/violation.py", "from core.http.problems import answer"),
    ("core-layers", "core/settings.py", "from core.database import pool"),
    ("core-layers", "core/http/violation.py", "from core.bootstrap import bootstrap"),
    ("core-layers", "core/jobs.py", "import core.module"),
    ("pure-modules", "modules/user/domain.py", "import sqlalchemy"),
    ("pure-modules", "modules/simulations/services/violation.py", "from litestar import get"),
    ("pure-modules", "modules/user/contracts.py", "from litestar.params import Parameter"),
    ("http-without-tables", "modules/user/http.py", "from modules.user.tables import users"),
    ("http-without-tables", "modules/simulations/http/violation.py", "from modules.simulations.rows import TaskRow"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def broken(tree: Path) -> list[str]:
    """The names of the contracts that do not hold in `tree`."""
    ran = subprocess.run([LINT, "--no-cache", "--no-logo"], cwd=tree, capture_output=True, text=True, check=False)
    lines = ran.stdout.splitlines()
    assert any(line.startswith("Contracts: ") for line in lines), ran.stdout + ran.stderr
    return [line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line]


def test_every_contract_is_kept(tree: Path) -> None:
    assert broken(tree) == []


@pytest.mark.parametrize(("contract", "path", "line"), VIOLATIONS, ids=lambda said: said.splitlines()[-1].strip())
def test_a_violation_is_named(tree: Path, contract: str, path: str, line: str) -> None:
    file = tree / path
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n")
    try:
        assert CONTRACTS[contract] in broken(tree)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def test_every_contract_has_a_violation() -> None:
    assert set(CONTRACTS) - {contract for contract, _, _ in VIOLATIONS} == set()


# --- what import-linter does not see -------------------------------------------------------------------------------


def sources(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def reads_the_environment(tree: ast.AST) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in _ENVIRONMENT)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {n.name for n in node.names} & _ENVIRONMENT)
        for node in ast.walk(tree)
    )


_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv"}


def test_only_the_bootstrap_reads_the_environment() -> None:
    readers = [str(path) for path, tree in sources(*PACKAGES, "migrations") if reads_the_environment(tree)]
    assert readers == ["core/bootstrap.py"]


@pytest.mark.parametrize(
    "line", ["import os; os.environ['X']", "from os import getenv", "import os as o; o.getenv('X')"]
)
def test_that_rule_bites(line: str) -> None:
    assert reads_the_environment(ast.parse(line))


_STATE = {
    "Database", "AsyncConnectionPool", "ConnectionPool", "connect", "create_engine", "Settings", "load_settings",
    "read_settings", "bootstrap", "create_app", "Transaction", "Child", "Parent", "Jobs", "Events",
}  # fmt: skip


def state_at_module_level(tree: ast.Module) -> list[str]:
    """The names of what is made when the module is imported and should be made by the bootstrap."""
    found: list[str] = []
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found += [called] if called in _STATE else []
        pending += ast.iter_child_nodes(node)
    return found


def test_no_pool_and_no_settings_are_made_at_module_level() -> None:
    found = {str(path): made for path, tree in sources(*PACKAGES) if (made := state_at_module_level(tree))}
    assert found == {}


@pytest.mark.parametrize(
    "line", ["pool = AsyncConnectionPool('x')", "class A:\n    s = load_settings({})", "X: int = Settings().port"]
)
def test_that_rule_bites_too(line: str) -> None:
    assert state_at_module_level(ast.parse(line))


def runtime_imports(tree: ast.Module, known: Container[str] = ()) -> Iterator[str]:
    """What is imported when the module is: not for type checkers only, not later in a function."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inside = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in known else node.module or "" for name in inside)
        else:
            pending += ast.iter_child_nodes(node)


def test_no_modules_import_each_other_in_a_circle() -> None:
    named = {
        str(path.with_suffix("")).replace("/", ".").removesuffix(".__init__"): tree for path, tree in sources(*PACKAGES)
    }
    graph = {name: {found for found in runtime_imports(tree, named) if found in named} for name, tree in named.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


def strangers(module: str, tree: ast.Module) -> list[str]:
    """What `module` imports from the inside of another one."""
    imported = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    return [
        name
        for name in imported
        if name.startswith("modules.") and name.count(".") > 1 and name.split(".")[1] != module
    ]


def test_modules_meet_only_at_their_roots() -> None:
    found = {str(path): inside for path, tree in sources("modules") if (inside := strangers(path.parts[1], tree))}
    assert found == {}


@pytest.mark.parametrize("line", ["import modules.user.tables", "def f():\n    from modules.user.services import Me"])
def test_that_rule_bites_as_well(line: str) -> None:
    assert strangers("billing", ast.parse(line))
    assert not strangers("user", ast.parse(line))


def test_nothing_of_the_application_imports_the_tests() -> None:
    found = [
        str(path)
        for path, tree in sources(*PACKAGES)
        for name in runtime_imports(tree)
        if name.split(".")[0] == "tests"
    ]
    assert found == []
