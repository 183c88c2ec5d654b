"""What the consistency tests know of the tree: floors, packages, files."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "passerelle"
FLOORS = ("cooperation", "evidence", "care", "core")


def packages() -> list[Path]:
    """Return the folder of each package of the four floors that own tables and pages."""
    return sorted(
        folder for floor in FLOORS for folder in (SOURCE / floor).iterdir() if (folder / "__init__.py").exists()
    )


def python_files() -> list[Path]:
    """Return the code: neither tests nor migrations."""
    return sorted(path for path in SOURCE.rglob("*.py") if "tests" not in path.parts and "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted(SOURCE.rglob("templates/**/*.html"))
