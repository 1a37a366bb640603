"""Every fault of the catalogue: how it is provoked here and what is seen, or why it is not tried.

Tests whose names hold a fault's id (`test_f17_...`) belong to it without being named here.
"""

# ruff: noqa: E501  a row is easier to read than its lines

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault. `why_not` is why it is not tried at all, `lacks` what of it is not."""

    fault: str
    how: str = ""
    seen: str = ""
    tests: tuple[str, ...] = ()
    lacks: str = ""
    why_not: str = ""


FAIL: Final = "tests/scenarios/test_when_others_fail.py"
GITHUB: Final = "tests/faults/test_github_faults.py"
GATE: Final = "tests/scenarios/test_the_gate.py"
CANCEL: Final = "tests/scenarios/test_cancelling.py"
DEPLOY: Final = "tests/scenarios/test_deploying.py"
DISPATCH: Final = "tests/scenarios/test_dispatching.py"
UNDO: Final = "tests/unit/test_undoing.py"
RESTARTS: Final = "tests/scenarios/test_restarts.py"
INBOX: Final = "tests/contracts/test_inbox.py"
TABLES: Final = "tests/contracts/test_migrations.py"
SANDBOX: Final = "tests/contracts/test_sandbox.py"
LIMITS: Final = "tests/security/test_sandbox_limits.py"
STEPS: Final = "tests/unit/test_steps.py"

MATRIX: Final[Mapping[str, Row]] = {
    "F01": Row(
        fault="killed at every crash point",
        how="`make crash`: `SIGKILL` before and after each call and each write",
        seen="the same end, each effect once, no turn paid twice",
        tests=(f"{RESTARTS}::test_it_restarts_again_and_again_and_everything_happens_once",),
    ),
    "F02": Row(
        fault="killed again while it recovers",
        how="`make crash ARGS='--deaths 8'`: up to eight deaths in one life",
        seen="the same end",
        tests=(f"{RESTARTS}::test_what_waits_for_weeks_outlives_any_number_of_restarts",),
    ),
    "F03": Row(
        fault="stopped in mid-run, as by a rolling deployment",
        how="the bot is stopped and started while it waits, and while the model answers",
        seen="it goes on where it was; what was not delivered meanwhile is asked for",
        tests=(
            f"{RESTARTS}::test_a_turn_that_was_under_way_is_asked_again_and_paid_once",
            f"{RESTARTS}::test_f43_what_was_asked_while_the_bot_was_away_is_heard_when_it_is_back",
        ),
    ),
    "F04": Row(
        fault="two workers take one run",
        how="connections of living processes are ended on PostgreSQL, and one falls silent",
        seen="a living process is adopted by nobody, a dead one once",
    ),
    "F05": Row(
        fault="power cut after an acknowledgement",
        how="of each file only what was synced last is left (the kernel tells of every sync), after each acknowledgement; the way of writing is asserted on every connection",
        seen="all that was acknowledged is there, and the bot goes on from it",
        tests=(f"{TABLES}::test_a_sqlite_commit_is_on_the_disk_before_it_is_acknowledged",),
        lacks="no machine lost its power, and no disk lied about what it had synced; on PostgreSQL it is that one's promise",
    ),
    "F06": Row(
        fault="PostgreSQL restarts again and again",
        how="a PostgreSQL of the test's own is stopped, as by a power cut, three times in a story: while the model is asked, before the branch, before the merge",
        seen="`readyz` says no meanwhile; the story goes on by itself and ends the same",
    ),
    "F07": Row(
        fault="connection lost during COMMIT",
        how="a proxy in front of PostgreSQL cuts the line at the commit",
        seen="the outcome is looked up by its key: there once",
    ),
    "F08": Row(
        fault="SQLite held by another writer",
        how="another process holds the write lock",
        seen="a short hold is waited out, else 503; never a wrong yes",
    ),
    "F09": Row(
        fault="disk full",
        how="a database that may not grow; a small disk in memory that is filled before the fetch, and before the working copy",
        seen="503, and recovery with the space; nothing is checked out by halves, the run is held up, says so, and goes on with the space",
    ),
    "F10": Row(
        fault="read-only file system, I/O errors",
        how="the database's file is broken, or may not be written; no sync succeeds; what is checked out may not be written",
        seen="503, nothing acknowledged; what was is kept; the run is held up and says so",
        tests=(f"{INBOX}::test_f08_a_file_that_is_broken_asks_to_come_again",
               f"{INBOX}::test_f08_where_nothing_may_be_written_it_is_asked_to_come_again"),
    ),
    "F11": Row(
        fault="damaged log",
        how="events are altered, taken out, and cut off the end; a page of the file is damaged",
        seen="`verify` names the first bad event, or says that the file is damaged; its backup is whole",
        tests=("tests/scenarios/test_the_chain.py",),
        lacks="a bot that runs does not look for damaged pages: what it reads of them waits as for any outage",
    ),
    "F12": Row(
        fault="migration interrupted; two versions together",
        how="a migration fails half-way, two processes migrate at once, an older workflow goes on",
        seen="nothing half-made; what waits finishes under its version",
        tests=(
            f"{TABLES}::test_a_migration_that_fails_half_way_leaves_nothing_behind",
            f"{TABLES}::test_two_processes_that_migrate_at_once_take_turns",
            "tests/faults/test_versions.py::test_what_waits_under_the_old_version_finishes_under_it",
        ),
    ),
    "F13": Row(fault="Redis gone or flushed", how="it is stopped, hung and flushed",
               seen="the cache in the process serves; nothing fails"),
    "F14": Row(
        fault="clock jumps",
        how="a clock that is behind the one before; timers of the engine that ring at once",
        seen="nothing is silenced or told twice; whether people came in time is asked of the clock",
        tests=("tests/scenarios/test_telling.py::test_a_clock_that_is_behind_the_one_that_told_last_does_not_silence_it",),
        lacks="the machine's own clock was not moved",
    ),
    "F15": Row(
        fault="event loop stalls",
        how="a blocking call on the loop",
        seen="told of while it stands, with the place; figures count it; no lock is lost by it",
    ),
    "F16": Row(
        fault="out of memory",
        how="what runs in the sandbox takes more than it may have; of the bot itself the kernel makes a `SIGKILL`, which comes at every crash point (F01)",
        seen="the run is ended by the kernel and told as `memory`, and everything else stays; the bot goes on where it was",
        tests=(f"{LIMITS}::test_sb_04_memory_is_held_by_the_kernel", f"{LIMITS}::test_sb_04_without_groups_memory_is_looked_at",
               f"{RESTARTS}::test_it_restarts_again_and_again_and_everything_happens_once"),
    ),
    "F17": Row(fault="pull request: 502 after it was made", how="the stand-in answers 502 after the effect",
               seen="found by its branch; one pull request"),
    "F18": Row(fault="comment: 500 after it was made", how="the same", seen="found by its marker; one comment"),
    "F19": Row(fault="the same, and the list lags behind", how="the list leaves it out for a while",
               seen="asked again later; one pull request"),
    "F20": Row(
        fault="push succeeded, answer lost",
        how="the answer to making or moving the branch is lost",
        seen="compared with the branch's head; made once",
        tests=(
            f"{FAIL}::test_f17_f18_f21_what_was_done_although_the_answer_was_lost_is_not_done_again",
            "tests/contracts/test_github_moving.py::test_f17_a_move_whose_answer_was_lost_is_made_again_and_changes_nothing",
        ),
    ),
    "F21": Row(fault="merge: 502 after it was made", how="the stand-in answers 502 after the effect",
               seen="the pull request is asked; no second merge, no false failure"),
    "F22": Row(fault="5xx for long", how="every call answers 502 for a while; and for half an hour of pauses that take no time",
               seen="pauses that grow, told to people, then on; half an hour is waited out"),
    "F23": Row(fault="primary limit used up", how="403 and 429 with the headers of the limit",
               seen="nothing is sent before it resets; other installations go on"),
    "F24": Row(fault="secondary limit", how="with and without `retry-after`",
               seen="a minute at least, then twice as long"),
    "F25": Row(fault="token expires in mid-run", how="short-lived tokens", seen="made anew before use"),
    "F26": Row(fault="token revoked, key exchanged", how="401", seen="made anew once, then a clear end"),
    "F27": Row(fault="permissions reduced", how="403; the approver's right is taken between approval and merge",
               seen="ends, the missing permission is named; nothing is merged"),
    "F28": Row(
        fault="uninstalled, suspended, repository taken away",
        how="each at the gate, and while the model writes; and 403 and 404 to single calls",
        seen="ends within a minute, with no more effect; once the App is back it is taken back, told, and goes on by `retry`",
    ),
    "F29": Row(
        fault="repository renamed",
        how="while its tests run, and at the gate, its old name taken by another one; 301 and 307",
        seen="goes on under its new name, git too, by its number; a POST stays one; nothing reaches the other one",
    ),
    "F30": Row(
        fault="repository transferred",
        how="to an account without the App, and with it, told of in either order",
        seen="ends; without the App nothing is written there, with it that is said there, and `retry` goes on",
    ),
    "F31": Row(
        fault="repository archived, deleted, made private",
        how="archived at the gate, and while the model writes; deleted; made public at the gate and at work, and private again",
        seen="ends with no more effect; once it is not archived it is taken back and told. Who may read it is no reason to stop: rights are asked of GitHub at each word, so strangers may read while it is public, approve nothing, and are told nothing once it is private again",
    ),
    "F32": Row(
        fault="base branch moved",
        how="the base branch moves on at the gate, with and without a conflict, and before a roll-back",
        seen="tested with what came; a conflict is solved and approved anew; what others changed stays",
        tests=(f"{UNDO}::test_a_revert_restores_the_files_over_the_base_as_it_is_now",),
    ),
    "F33": Row(fault="base branch deleted, renamed or exchanged", how="the base is gone; the default branch is renamed at the gate",
               seen="not merged into another one unasked; `retry` begins over it",
               tests=(f"{UNDO}::test_without_its_base_branch_a_revert_is_not_possible",)),
    "F34": Row(
        fault="head branch deleted or force-pushed",
        how="the branch is moved, forced to another commit, or renamed by somebody else",
        seen="theirs stays; it is neither pushed over nor merged nor deleted, and that is said",
        tests=("tests/contracts/test_github_moving.py::test_a_branch_is_never_moved_over_what_others_have_committed",
               "tests/contracts/test_github_moving.py::test_a_branch_that_is_gone_is_not_moved"),
    ),
    "F35": Row(fault="pull request closed by a person", how="it is closed by hand at the gate; closed and opened again at once",
               seen="cancelled, never opened again; `retry` opens another one",
               tests=(f"{GATE}::test_closing_the_pull_request_by_hand_ends_it",)),
    "F36": Row(fault="pull request merged by a person", how="it is merged by hand, and by a queue",
               seen="it ends, and nothing is deployed",
               tests=(f"{GATE}::test_merging_by_hand_ends_it_and_nothing_is_deployed",
                      f"{GATE}::test_a_merge_queue_that_merges_ends_it_as_a_person_would")),
    "F37": Row(fault="a person commits to the bot's branch", how="commits between two versions of the change",
               seen="they are kept",
               tests=("tests/scenarios/test_changes.py::test_what_others_committed_to_the_branch_is_kept",
                      "tests/scenarios/test_changes.py::test_where_somebody_commits_meanwhile_their_commit_stays")),
    "F38": Row(fault="checks of others fail, or never end", how="failing check runs on the head",
               seen="mended, at most three times, then people decide",
               tests=("tests/scenarios/test_checks.py::test_after_three_rounds_it_stays_at_the_gate_and_says_what_fails",)),
    "F39": Row(fault="branch protection tightened", how="the merge is refused",
               seen="waits visibly, is tried again, and is not merged around"),
    "F40": Row(fault="a delivery comes twice, or 50 times at once", how="every delivery doubled; fifty at once",
               seen="one run",
               tests=("tests/security/test_webhook_load.py::test_wh_09_fifty_equal_deliveries_at_once_are_one",)),
    "F41": Row(fault="deliveries out of order", how="the end of a deployment before its beginning; orders of a stop and an approval; five at the gate in each of their 120 orders; a review that approves or asks for changes and its dismissal in both, doubled",
               seen="the same end", tests=("tests/security/test_attack_races.py::test_sm_06_in_any_order_a_stop_is_obeyed_and_nothing_is_merged_unseen",)),
    "F42": Row(fault="a delivery comes hours late", how="all of them again after the end", seen="nothing changes"),
    "F43": Row(fault="a delivery never comes", how="the bot is away while it is asked", seen="asked for again, done once"),
    "F44": Row(fault="acknowledged, crash before it was handed on", how="kept and handed on in one commit; what lies is handed on again",
               seen="nothing acknowledged is lost",
               tests=("tests/scenarios/test_sweeping.py::test_what_was_kept_and_is_worked_by_nobody_is_handed_on_again",)),
    "F45": Row(fault="the same asked twice", how="the same words again while it runs, on GitHub, in Slack, and on both", seen="linked, not run twice"),
    "F46": Row(fault="approved and cancelled at once", how="both at the same moment; every order of four; a thousand times in the order that chance has",
               seen="one of the two, one history, and nothing merged after a stop"),
    "F47": Row(fault="an approval comes too late", how="after a push, after its time, and after the end",
               seen="refused with the reason",
               tests=(f"{GATE}::test_sm_02_what_was_pushed_after_the_tests_is_not_approved",
                      f"{GATE}::test_wh_17_an_approval_of_what_was_not_there_yet_opens_no_gate_however_late_it_comes")),
    "F48": Row(fault="cancelled at every step", how="in each step, in queues, and while others let it wait",
               seen="stopped within five seconds, taken back", tests=(CANCEL,)),
    "F49": Row(fault="Slack limits or refuses", how="429 with a time, 500, a cut connection, each of its errors, an answer that is lost, a message that somebody deletes",
               seen="waited for, in order, said once; where nothing can be said the run goes on, and GitHub says so once",
               tests=("tests/scenarios/test_slack_thread_faults.py::test_where_slack_takes_nothing_the_run_goes_on_and_github_is_told_once",
                      "tests/scenarios/test_slack_thread_faults.py::test_slacks_limits_are_waited_for_and_nothing_is_lost_or_said_twice",
                      "tests/scenarios/test_slack_thread_faults.py::test_where_slacks_answer_is_lost_the_message_is_found_again",
                      "tests/scenarios/test_slack_thread_faults.py::test_a_first_message_that_somebody_deletes_is_begun_anew_once",
                      "tests/contracts/test_slack_saying.py::test_a_limit_delays_what_is_said_and_changes_neither_its_order_nor_other_channels",
                      "tests/contracts/test_slack_saying.py::test_what_cannot_be_said_breaks_nothing_that_follows",
                      "tests/contracts/test_slack_saying.py::test_a_try_whose_answer_was_lost_is_found_and_not_repeated",
                      "tests/contracts/test_slack_window.py::test_each_no_of_slacks_has_a_code_and_a_sentence_that_says_what_to_do")),
    "F50": Row(fault="Slack workspace uninstalled", how="the app goes, and its tokens are void, told late, twice and in either order, while a run goes on too",
               seen="its tokens are forgotten at once; what was installed anew stays; the run goes on, and GitHub says once that Slack shows it no more",
               tests=("tests/security/test_slack_installing.py::test_what_slack_says_is_gone_is_forgotten_at_once",
                      "tests/security/test_slack_installing.py::test_what_slack_said_of_an_earlier_installation_or_another_token_forgets_nothing")),
    "F51": Row(fault="Slack tries again", how="an event that is answered too late, three times", seen="done once, and said once",
               tests=("tests/security/test_slack_door.py::test_sl_07_what_is_sent_again_and_again_is_one_event",
                      "tests/scenarios/test_slack_thread.py::test_everything_that_comes_twice_is_done_once")),
    "F52": Row(fault="Slack token revoked", how="a token that Slack takes no more, in the middle of a run too, or that ends and cannot be renewed",
               seen="renewed in time by one for all; else forgotten, and told with what to do; the run goes on, and GitHub says it once",
               tests=("tests/security/test_slack_installing.py::test_a_token_is_renewed_before_it_ends_and_by_one_for_all",
                      "tests/security/test_slack_installing.py::test_what_cannot_be_renewed_any_more_is_forgotten",
                      "tests/security/test_slack_installing.py::test_a_token_that_slack_takes_no_more_is_forgotten_without_being_told")),
    "F53": Row(fault="Claude: 429 with a time", how="the stand-in names a time", seen="not asked before it"),
    "F54": Row(fault="Claude: 529 and 500", how="the stand-in fails again and again", seen="asked again, the same end",
               tests=("tests/unit/test_resilience.py::test_failures_in_a_row_open_the_circuit_and_nothing_is_called_then",)),
    "F55": Row(fault="stream ends in mid-call", how="the stream is cut inside a tool call", seen="the tool is not run; asked again",
               tests=(f"{FAIL}::test_f54_f55_f57_a_claude_that_fails_is_asked_again_and_no_tool_is_run_before",)),
    "F56": Row(fault="stream resets or falls silent", how="the connection is cut, or says nothing", seen="asked again; what it cost is counted"),
    "F57": Row(fault="error in mid-stream", how="an error event after text", seen="as F55",
               tests=(f"{FAIL}::test_f54_f55_f57_a_claude_that_fails_is_asked_again_and_no_tool_is_run_before",)),
    "F58": Row(fault="cut at the limit inside a tool call", how="`max_tokens`", seen="not run; a larger limit once, then the end"),
    "F59": Row(fault="refusal, pause, unknown stop reason", how="every stop reason", seen="each has its move"),
    "F60": Row(fault="odd tool calls", how="wrong input, unknown tools, fifty calls, one id twice", seen="answered, nothing done"),
    "F61": Row(fault="endless loop of tools", how="the same calls over and over", seen="noticed and ended",
               tests=("tests/scenarios/test_ceilings.py::test_a_model_that_repeats_itself_is_stopped",)),
    "F62": Row(fault="context full", how="answers of 400 and 413", seen="compacted, or an end with the reason"),
    "F63": Row(fault="nothing changed", how="a model that changes nothing", seen="no pull request",
               tests=("tests/scenarios/test_ceilings.py::test_where_nothing_is_to_do_nothing_is_opened",)),
    "F64": Row(fault="key invalid, model retired", how="400, 401, 402, 403, 404, at the door of the model, in a run, and for longer than all tries",
               seen="every run is held back for half an hour, told to people, and goes on once it is mended, else ends with the reason; `readyz` shows the breaker, `doctor` names the cause"),
    "F65": Row(fault="tests hang, or leave daemons", how="programs that never end", seen="killed, with all they began",
               tests=("tests/scenarios/test_time.py::test_tests_that_never_end_are_not_waited_for",)),
    "F66": Row(fault="fork bomb, memory, disk, output", how="each of them in the sandbox", seen="stopped at the limit", tests=(LIMITS,)),
    "F67": Row(fault="flaky tests", how="tests that fail and then pass, on the same change and before there is any; one that remembers its first run; death and stop between two runs",
               seen="run again once, no turn paid; passed, and remarked as flaky where one approves; what remembers fails again"),
    "F68": Row(fault="tests use the network", how="connections out of the sandbox", seen="there is none; a set-up's refused hosts are named",
               tests=("tests/scenarios/test_three_kinds.py::test_a_set_up_that_is_refused_its_host_ends_it_and_the_requester_is_told_which",)),
    "F69": Row(fault="the sandbox cannot start", how="bubblewrap is away, or its groups are", seen="nothing is run"),
    "F70": Row(fault="result of the sandbox lost", how="`make crash`: killed after the run and before its fact", seen="run again, never guessed",
               tests=(f"{RESTARTS}::test_it_restarts_again_and_again_and_everything_happens_once",)),
    "F71": Row(fault="deployment fails after the merge", how="a deployment status, or the end of a workflow's run, that says so", seen="one revert pull request",
               tests=(f"{DEPLOY}::test_a_failed_deployment_is_reverted_by_a_pull_request_for_a_person",
                      f"{DEPLOY}::test_a_failed_deployment_is_rolled_back_where_the_repository_says_so",
                      f"{DISPATCH}::test_one_that_fails_is_rolled_back")),
    "F72": Row(fault="outcome of the deployment unknown", how="no status comes; the answer to a dispatch is lost; no run is shown", seen="asked by its number, or looked for; no second one",
               tests=(STEPS, f"{DISPATCH}::test_an_answer_that_was_lost_makes_no_second_run",
                      f"{DISPATCH}::test_a_dispatch_of_which_nothing_came_is_overdue_after_an_hour")),
    "F73": Row(fault="the roll-back fails", how="an undo that breaks off, once and always", seen="begun anew, then a person's business",
               tests=("tests/scenarios/test_settling.py::test_an_undo_that_breaks_off_is_begun_anew",
                      "tests/scenarios/test_settling.py::test_an_undo_that_always_breaks_off_is_left_to_a_person")),
    "F74": Row(fault="health check flaps", how="a deployment's statuses that contradict each other, in every order",
               seen="the first that is final is its outcome, and no other is taken: one roll-back at most"),
    "F75": Row(fault="two deployments at once", how="the outcomes of two at once, in every order",
               seen="each has its own", lacks="in which order a deployer carries out two is not the bot's: it asks for each once, after its merge"),
    "F76": Row(fault="broken configuration", how="a broken file on the default branch", seen="the last valid one counts, and that is said"),
    "F77": Row(fault="a delivery that breaks its handler", how="one whose handling always fails", seen="tried again, set aside, handed back by command",
               tests=("tests/scenarios/test_set_aside.py::test_what_was_set_aside_is_listed_and_handed_back_once",)),
    "F78": Row(
        fault="10,000 deliveries at the start",
        how="a bot starts that finds a thousand which it has not worked off",
        seen="ready at once; worked off by itself, and with them what is asked meanwhile, once; hardly a call to GitHub for what asks nothing",
        lacks="a test takes a thousand; ten thousand were tried once on SQLite: ready within a second, worked off in 55 seconds. That other installations do not wait for them follows from the queue alone",
    ),
    "F79": Row(fault="DNS, TLS and proxy failures", how="connections that are cut or never answer; a name that nobody knows, certificates that are expired or nobody's, no TLS, a handshake without an end, a proxy that wants a password",
               seen="bounded, tried again; nothing is said to who shows no certificate",
               tests=(f"{GITHUB}::test_a_cut_connection_is_to_be_tried_later",
                      f"{GITHUB}::test_a_github_that_does_not_answer_is_left_after_the_time_limit"),
               lacks="no black hole of IPv6"),
    "F80": Row(
        fault="restored from an older backup",
        how="approved, merged and deployed; then the backup of before, and approved again",
        seen="merge, deployment and last word are found; none is made twice",
        lacks="what was said since the backup is not asked for again",
    ),
}  # fmt: skip
