"""What a survey of a repository found, made a fact; what an older version did not look for has a default."""

import json
from collections.abc import Mapping

from bot.application.configuration import path_rules_in
from bot.application.setting_up import reports_in, setup_in, vouched_for
from bot.domain import events as e
from bot.domain.merging import METHODS, named


def agreed_on(survey: Mapping[str, str], *, spec: str, kept_back: str) -> e.RequestValidated:
    """The request as it was understood, over what was found."""
    setup = setup_in(survey)
    way, workflow, inputs = json.loads(survey.get("deploy", '["deployment", "", []]'))
    return e.RequestValidated(
        spec=spec,
        base=survey["base"],
        base_commit=survey["base_commit"],
        tests=tuple(json.loads(survey["tests"])),
        environment=survey["environment"],
        merge_reverts=bool(survey["merge_reverts"]),
        approvals=int(survey.get("approvals", "1")),
        path_rules=path_rules_in(survey.get("path_rules", "[]")),
        approval_days=int(survey.get("approval_days", "14")),
        unread=tuple(json.loads(survey.get("unread", "[]"))),
        # A survey that an older version made names no method.
        merge_method=named(survey.get("merge_method", "")) or METHODS[0],
        passed=int(survey["passed"]) if survey.get("passed") else None,
        refuses_remarks=survey.get("test_remarks") == "refuse",
        # A survey of an older version asked for no further run.
        test_reruns=int(survey.get("test_reruns", "0")),
        not_secret=vouched_for(survey),
        branch=survey.get("branch", ""),
        labels=tuple(json.loads(survey.get("labels", "[]"))),
        kept_back=kept_back,
        setup=setup.lines,
        detects_setup=setup.is_detected,
        setup_files=setup.files,
        reviewers=tuple(json.loads(survey.get("reviewers", "[]"))),
        sends_back=bool(survey.get("send_back", "yes")),
        tester="checks" if survey.get("tester") == "checks" else "sandbox",
        check_minutes=int(survey.get("check_minutes", "60")),
        checks_needed=tuple(json.loads(survey.get("checks_needed", "[]"))),
        reminders=not survey.get("reminders"),
        updates=bool(survey.get("update", "")),
        outsiders=tuple(json.loads(survey.get("outsiders", "[]"))),
        reports=reports_in(survey),
        way=way,
        workflow=workflow,
        inputs=tuple((name, value) for name, value in inputs),
    )
