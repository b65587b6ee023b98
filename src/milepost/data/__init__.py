"""What ships with the program: subcategories, policies, stories, phrases. Files of the package, read as they are."""

from importlib.resources import files


def text(*path: str) -> str:
    """The text of a shipped file. Raises `FileNotFoundError`."""
    return files(__name__).joinpath(*path).read_text("utf-8")


def listing(folder: str) -> list[str]:
    """The names of a shipped folder's TOML files, without their ending."""
    return sorted(item.name.removesuffix(".toml") for item in files(__name__).joinpath(folder).iterdir())


def subcategories() -> tuple[str, ...]:
    """The subcategories that milestones are available in, in the source's order (rule gig-subcategory)."""
    return tuple(text("subcategories.txt").splitlines())


def phrases() -> dict[str, tuple[str, ...]]:
    """What made-up sellers and clients are called and write, by the headings of `phrases.txt`."""
    sections: dict[str, list[str]] = {}
    for line in text("phrases.txt").splitlines():
        if line.startswith("# "):
            lines = sections.setdefault(line[2:], [])
        else:
            lines.append(line)
    return {heading: tuple(lines) for heading, lines in sections.items()}
