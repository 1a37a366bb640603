"""The published schema and the validation agree: an editor complains where the bot would."""

from typing import Final

import jsonschema
import pytest
import yaml

from bot.application.configuration import Configuration
from bot.application.configuration_file import read_configuration
from bot.application.configuration_schema import schema

EDITOR: Final = jsonschema.Draft202012Validator(schema())

GOOD: Final = (
    b"{}",
    b"test: pytest -q",
    b"test: null",
    b"environment: staging/eu-1\nmerge_method: squash\nmerge_reverts: true",
    b"branch: 'bot/{issue}/{id}'\nlabels: [a label, \"@b\"]",
    b"approvals: 10\ntest_remarks: refuse\nnot_secret: [a, b/c]",
    b"approval_days: 90\napproval_paths: []",
    b"approval_paths: [{path: 'payments/**', count: 2, role: admin}]",
    b"approval_paths: [{path: infra/, by: ['@acme/ops', '@ada']}]",
)
BAD: Final = (
    b"[]",
    b"tests: pytest",
    b"test: 5",
    b"test: ''",
    b"environment: '@org/team'",
    b"environment: null",
    b"merge_method: octopus",
    b"merge_reverts: 1",
    b"approvals: 0",
    b"approvals: 11",
    b"approvals: '2'",
    b"approval_days: 0",
    b"approval_days: 91",
    b"approval_days: 14d",
    b"approval_paths: payments/",
    b"approval_paths: [payments/]",
    b"approval_paths: [{count: 2}]",
    b"approval_paths: [{path: a, count: 0}]",
    b"approval_paths: [{path: a, count: 11}]",
    b"approval_paths: [{path: a, role: viewer}]",
    b"approval_paths: [{path: a, who: me}]",
    b"approval_paths: [{path: a, by: [ada]}]",
    b"approval_paths: [{path: a, by: ['@a/b/c']}]",
    b"approval_paths: [" + b"{path: a}, " * 21 + b"]",
    b"test_remarks: ignore",
    b"not_secret: .env",
    b"branch: main",
    b"branch: 'x y {id}'",
    b"labels: ['']",
    b'labels: ["a\\nb"]',
    b"labels: [a" + b", a" * 10 + b"]",
    b"not_secret: ['']",
    b"not_secret: [a" + b", a" * 50 + b"]",
)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("content", GOOD)
def test_what_the_bot_takes_the_schema_takes(content: bytes) -> None:
    assert read_configuration(content).faults == ()
    assert list(EDITOR.iter_errors(yaml.safe_load(content))) == []


@pytest.mark.parametrize("content", BAD)
def test_what_the_schema_refuses_the_bot_refuses_too(content: bytes) -> None:
    assert read_configuration(content).faults != ()
    assert list(EDITOR.iter_errors(yaml.safe_load(content))) != []


def test_every_key_is_described_and_has_its_default() -> None:
    described = schema()["properties"]

    assert list(described) == list(Configuration.model_fields)
    assert all(it["description"] and "default" in it for it in described.values())
