"""Workflow: whoever wrote a pull request is told in Slack, once, that a review fails it for something new."""

from typing import Final

from bot.records import Repository, Start

WORKFLOW: Final = "slack.finding_v1"


def to_author(author: int, repository: Repository, number: int, head: str, count: int) -> Start:
    """One message for all of a commit's, however many there are."""
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-finding-{repository.id}-{number}-{head}",
        args=(author, repository.id, repository.full_name, repository.installation_id, number, count),
        partition=f"slack-finding:{repository.id}:{number}",
    )
