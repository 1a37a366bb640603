"""Why something could not be said or shown in Slack, and what to do: a sentence for each of its codes."""

from collections.abc import Mapping
from typing import Final

_INSTALL: Final = "install the app again at /slack/install"

WHY: Final[Mapping[str, str]] = {
    "slack_account_inactive": f"the bot is no member of that workspace any more; {_INSTALL}",
    "slack_address_foreign": "the answer was to go to an address that is none of Slack's, and went nowhere",
    "slack_address_over": "a command can be answered for half an hour, five times, and that is over",
    "slack_already_reacted": "the bot has given that reaction already",
    "slack_cannot_unfurl_url": "Slack shows nothing for that link: its host is none of the app's domains",
    "slack_cant_delete_message": "that message is not the bot's, and stays",
    "slack_cant_update_message": "that message is not the bot's, and stays as it is",
    "slack_channel_not_found": "there is no such channel, or the bot cannot see it: invite it there",
    "slack_edit_window_closed": "the workspace lets nobody change a message that is so old",
    "slack_exchanged_trigger_id": "the window was opened already; press or type again for another",
    "slack_expired_trigger_id": "a window can be opened for three seconds, and it took longer; try again",
    "slack_file_foreign": "that file does not lie with Slack, so the bot does not fetch it",
    "slack_file_gone": "Slack did not give that file: it is gone, or in no channel that the bot is in",
    "slack_file_large": "that file is larger than the bot reads",
    "slack_file_not_found": "there is no such file, or it is in no channel that the bot is in",
    "slack_hash_conflict": "it was changed meanwhile, and is shown anew with the next change",
    "slack_invalid_arguments": "Slack does not take what it was asked, an error of ours: tell the operator",
    "slack_invalid_auth": f"Slack does not know the bot's token; {_INSTALL}",
    "slack_invalid_blocks": "Slack does not take how it was laid out, an error of ours: tell the operator",
    "slack_is_archived": "the channel is archived: nothing can be said there until it is opened again",
    "slack_message_not_found": "that message is gone",
    "slack_missing_scope": "the app may not do that in this workspace: install it again at /slack/install, "
    "with all that slack.yml asks for",
    "slack_msg_blocks_too_long": "it is more than one message holds; the rest is on the bot's page",
    "slack_msg_too_long": "it is more than one message holds; the rest is on the bot's page",
    "slack_no_text": "there was nothing to say",
    "slack_not_authed": f"the bot showed no token; {_INSTALL}",
    "slack_not_in_channel": "the bot is not in that channel: invite it there",
    "slack_not_installed": f"the app is not installed in that workspace, or no more; {_INSTALL}",
    "slack_not_set_up": "no Slack app is set up here: the operator gives SLACK_CLIENT_ID and "
    "SLACK_CLIENT_SECRET, or SLACK_BOT_TOKEN",
    "slack_refused": "Slack said no, for a reason that is in the log",
    "slack_restricted_action": "the workspace does not let the bot speak there: ask its administrator",
    "slack_thread_not_found": "that thread is gone",
    "slack_token_expired": f"the bot's token has ended and was not renewed; {_INSTALL}",
    "slack_token_revoked": f"the bot's token was taken back; {_INSTALL}",
    "slack_user_disabled": "that person is no member of the workspace any more",
    "slack_user_not_found": "there is no such person in that workspace",
    "slack_user_not_in_channel": "that person is not in that channel, and would not see it",
}


def why_not_said(code: str) -> str:
    """A sentence for whoever waits for it; Slack's own troubles pass."""
    return WHY.get(code, "Slack cannot be reached now; it is tried again")
