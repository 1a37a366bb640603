"""What a workflow's file says of being started by hand, whatever somebody wrote into it."""

import pytest

from bot.application.workflow_file import (
    DEEPEST,
    LARGEST_BYTES,
    MOST_INPUTS,
    by_hand,
    why_unfit,
)
from bot.domain.fitting import LONGEST_TOLD, ByHand

DECLARED = b"""\
name: Deploy
on:
  push: {branches: [main]}
  workflow_dispatch:
    inputs:
      target: {required: true}
      size: {required: true, default: small}
      note:
"""


@pytest.mark.parametrize(
    "content",
    [
        b"on: workflow_dispatch\n",
        b"'on': [push, workflow_dispatch]\n",
        b"on:\n  workflow_dispatch:\n",
        b"on:\n  workflow_dispatch: {}\n  push:\n",
        b"true: x\non: workflow_dispatch\n",
    ],
)
def test_one_that_can_be_started(content: bytes) -> None:
    assert by_hand(content) == ByHand()


def test_its_inputs_and_whether_each_has_to_be_given() -> None:
    assert by_hand(DECLARED) == ByHand(inputs={"target": True, "size": False, "note": False})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"on: push\n",
        b"on: [push, [workflow_dispatch]]\n",
        b"jobs: {}\n",
        b"- on: workflow_dispatch\n",
        b"on: {a: {workflow_dispatch: }}\n",
        b"on: [\n",
        b"on: workflow_dispatch\n\xff",
        b"on: workflow_dispatch\n# " + b"x" * LARGEST_BYTES,
        b"on: workflow_dispatch\na: " + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        b"on: {workflow_dispatch: {inputs: {%s}}}" % b", ".join(b"a%d: " % n for n in range(MOST_INPUTS + 1)),
        b'on: workflow_dispatch\na: "\\UFFFFFFFF"\n',
    ],
    ids=[
        *("empty", "push", "listed", "none", "list", "in another"),
        *("broken", "no text", "large", "too deep", "aliases", "many inputs", "no sign"),
    ],
)
def test_one_that_cannot(content: bytes) -> None:
    assert by_hand(content) is None


@pytest.mark.parametrize(
    ("content", "given", "why"),
    [
        (None, [], ("workflow_missing", "")),
        (b"on: push\n", [], ("workflow_not_by_hand", "")),
        (DECLARED, ["target", "odd", "even"], ("workflow_inputs_unknown", "even, odd")),
        (DECLARED, ["size"], ("workflow_inputs_missing", "target")),
        (DECLARED, ["target"], None),
        (b"on: {workflow_dispatch: {inputs: {claude_integration: {required: true}}}}\n", [], None),
    ],
)
async def test_why_it_cannot_be_dispatched_with_these(
    content: bytes | None, given: list[str], why: tuple[str, str] | None
) -> None:
    assert await why_unfit(content, given) == why


@pytest.mark.parametrize(
    ("name", "told"), [(b"x" * 900, "x" * LONGEST_TOLD), (b'"a\\ud800"', "a?")], ids=["long", "half a sign"]
)
async def test_a_name_is_told_as_it_can_be_written_down(name: bytes, told: str) -> None:
    content = b"on: {workflow_dispatch: {inputs: {%s: {required: true}}}}" % name

    assert await why_unfit(content, []) == ("workflow_inputs_missing", told)
