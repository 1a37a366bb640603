"""Words for Claude: the prompts of `prompts/`, filled in strictly."""

from pathlib import Path
from string import Template
from typing import Final

PROMPTS: Final = Path(__file__).resolve().parents[2] / "prompts"


def render(prompt: str, /, **values: str) -> str:
    """Fill in a prompt; a missing name and an unused one are errors alike."""
    template = Template((PROMPTS / f"{prompt}.md").read_text(encoding="utf-8"))
    if unused := values.keys() - set(template.get_identifiers()):
        raise KeyError(f"prompts/{prompt}.md does not use {sorted(unused)}")
    return template.substitute(values)
