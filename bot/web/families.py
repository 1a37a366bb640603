"""What a delivery of each event family must carry, so that a body under another family's name is noticed.

The signature covers the body alone; the event's name stands in a header, where anyone could change it.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Final

from bot.records import Refused
from bot.web.payload import Payload, carries

_CARRIED: Final[Mapping[str, str]] = {
    "branch_protection_rule": "action rule repository sender",
    "check_run": "action check_run repository sender",
    "check_suite": "action check_suite repository sender",
    "code_scanning_alert": "action alert commit_oid ref repository sender",
    "commit_comment": "action comment repository sender",
    "create": "ref ref_type master_branch pusher_type repository sender",
    "delete": "ref ref_type pusher_type repository sender",
    "dependabot_alert": "action alert repository sender",
    "deploy_key": "action key repository sender",
    "deployment": "action deployment repository sender",
    "deployment_review": "action workflow_run since repository sender",
    "deployment_status": "action deployment deployment_status repository sender",
    "discussion": "action discussion repository sender",
    "discussion_comment": "action discussion comment repository sender",
    "fork": "forkee repository sender",
    "github_app_authorization": "action sender",
    "gollum": "pages repository sender",
    "installation": "action installation.account sender",
    "installation_repositories": "action installation.account repositories_added repositories_removed sender",
    "installation_target": "action account changes installation target_type",
    "issue_comment": "action issue comment repository sender",
    "issues": "action issue repository sender",
    "label": "action label repository",
    "marketplace_purchase": "action marketplace_purchase effective_date sender",
    "member": "action member repository sender",
    "membership": "action member team scope organization sender",
    "merge_group": "action merge_group",
    "meta": "action hook hook_id sender",
    "milestone": "action milestone repository sender",
    "org_block": "action blocked_user organization sender",
    "organization": "action organization sender",
    "package": "action package repository sender",
    "page_build": "id build repository sender",
    "ping": "zen hook hook_id",
    "project": "action project sender",
    "project_card": "action project_card sender",
    "project_column": "action project_column sender",
    "projects_v2_item": "action projects_v2_item sender",
    "public": "repository sender",
    "pull_request": "action number pull_request repository",
    "pull_request_review": "action pull_request review repository sender",
    "pull_request_review_comment": "action pull_request comment repository sender",
    "pull_request_review_thread": "action pull_request thread repository",
    "push": "ref before after commits pusher repository",
    "release": "action release repository sender",
    "repository": "action repository sender",
    "repository_dispatch": "action branch client_payload repository sender",
    "repository_import": "status repository sender",
    "repository_vulnerability_alert": "action alert repository sender",
    "secret_scanning_alert": "action alert repository",
    "secret_scanning_alert_location": "action alert location repository sender",
    "security_advisory": "action security_advisory",
    "sponsorship": "action sponsorship sender",
    "star": "action starred_at repository sender",
    "status": "id sha state context branches repository sender",
    "team": "action team organization sender",
    "team_add": "team repository sender",
    "watch": "action repository sender",
    "workflow_dispatch": "inputs ref workflow repository sender",
    "workflow_job": "action workflow_job repository sender",
    "workflow_run": "action workflow_run repository sender",
}

FAMILIES: Final[Mapping[str, frozenset[str]]] = {
    family: frozenset(paths.split()) for family, paths in _CARRIED.items()
}

NAMES: Final = tuple(chain(*FAMILIES.values()))
"""The paths at which there may have to be something."""

_SENDER: Final = frozenset({"sender"})  # nearly every family carries one, so it tells nothing

_NARROWER: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    family: tuple(other - asked - _SENDER for other in FAMILIES.values() if asked - _SENDER < other - _SENDER)
    for family, asked in FAMILIES.items()
}


def check_family(family: str, payload: Payload) -> None:
    """Refuse a body that lacks what its family carries, or that is plainly one of a narrower family.

    Families that nobody here knows pass: GitHub adds new ones.
    """
    missing = [path for path in FAMILIES.get(family, ()) if not carries(payload, path)]
    if missing:
        raise Refused(400, "family_mismatch", f"a {family} delivery carries {', '.join(sorted(missing))}")
    for more in _NARROWER.get(family, ()):
        if all(carries(payload, path) for path in more):
            raise Refused(
                400, "family_mismatch", f"a {family} delivery does not carry {', '.join(sorted(more))}"
            )
