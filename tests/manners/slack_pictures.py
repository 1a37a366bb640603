"""python -m tests.manners.slack_pictures <file.html>: a run's thread in Slack, rendered as people see it.

The words and the blocks are the bot's own; what is around them only looks like Slack's window. A browser
makes the picture: `chromium --headless --screenshot=slack-thread.png --window-size=860,820 file.html`.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.application import slack_thread_words as words
from bot.application.decisions import decisions_in
from bot.application.views import view_of
from bot.domain.trust import Tested
from tests.unit.histories import SHOP, UP_AGAIN, integration, recorded

IN_SLACK: Final = '{"door": "slack"}'
GITHUB: Final = "https://github.com"
# The text is escaped already, as Slack takes it; only its own signs are left to be rendered.
SIGNS: Final = (
    (re.compile(r"<([^|<>]+)\|([^<>]+)>"), r'<a href="\1">\2</a>'),
    (re.compile(r"```\n?(.*?)```", re.DOTALL), r"<pre>\1</pre>"),
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), r"<i>\1</i>"),
    (re.compile(r"^&gt; ?(.*)$", re.MULTILINE), r'<span class="quote">\1</span>'),
    (re.compile(r"</span>\n(?=<span)"), "</span>"),
)
PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Slack</title><style>
body {{ font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d; margin: 20px; width: 820px; }}
.window {{ border: 1px solid #ddd; border-radius: 8px; overflow: hidden; }}
.channel {{ border-bottom: 1px solid #ddd; padding: 10px 20px; font-weight: bold; font-size: 17px; }}
.said {{ display: grid; grid-template-columns: 36px 1fr; gap: 10px; padding: 12px 20px; }}
.face {{ width: 36px; height: 36px; border-radius: 6px; background: #d97757; color: #fff; text-align: center;
  line-height: 36px; font-weight: bold; }}
.app {{ background: #e8e8e8; border-radius: 3px; font-size: 10px; color: #616061; padding: 1px 4px; }}
.time {{ color: #616061; font-size: 12px; }}
.section {{ white-space: pre-wrap; }} .context {{ color: #616061; font-size: 13px; margin-top: 8px; }}
.quote {{ display: block; border-left: 4px solid #ddd; padding-left: 12px; min-height: 20px; }}
.actions {{ margin-top: 10px; display: flex; gap: 8px; }}
.button {{ border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; font-weight: bold;
  font-size: 13px; }}
.primary {{ background: #007a5a; border-color: #007a5a; color: #fff; }}
.danger {{ border-color: #e01e5a; color: #e01e5a; }}
code {{ background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; color: #c01343; padding: 0 3px;
  font: 12px "DejaVu Sans Mono", monospace; }}
a {{ color: #1264a3; text-decoration: none; }}
.replies {{ border-top: 1px solid #ddd; margin: 0 20px; padding-top: 4px; color: #616061; font-size: 13px; }}
</style>
<div class="window"><div class="channel"># deploys</div>{first}<div class="replies">1 reply</div>{line}</div>
"""
SAID: Final = """<div class="said"><div class="face">C</div><div><div><b>claude</b>
<span class="app">APP</span> <span class="time">{time}</span></div>{content}</div></div>"""


def page() -> str:
    """The whole page: what was sent back once, the line that says so, and that it waits again."""
    it = integration(UP_AGAIN)
    records = [each._replace(meta_json=IN_SLACK) for each in recorded(UP_AGAIN)]
    view = view_of(it, records, tested=Tested(passed=8, before=5))
    first = words.first_message(it, view, page=f"{GITHUB}/{SHOP.full_name}")
    [line] = map(words.line, decisions_in(records))
    return PAGE.format(
        first=SAID.format(time="9:00", content="".join(map(block, first.blocks))),
        line=SAID.format(time="9:02", content=f'<div class="section">{marked(line.text)}</div>'),
    )


def block(it: Mapping[str, Any]) -> str:
    """One block of those that a thread's first message has."""
    match it["type"]:
        case "section":
            content = marked(it["text"]["text"])
        case "context":
            content = "<br>".join(marked(each["text"]) for each in it["elements"])
        case "actions":
            content = "".join(map(button, it["elements"]))
        case other:
            raise ValueError(f"a thread's first message has no {other}")
    return f'<div class="{it["type"]}">{content}</div>'


def button(it: Mapping[str, Any]) -> str:
    """A button; it does nothing here."""
    return f'<span class="button {it.get("style", "")}">{it["text"]["text"]}</span>'


def marked(text: str) -> str:
    """Slack's own mark-up as HTML."""
    for sign, shown in SIGNS:
        text = sign.sub(shown, text)
    return text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
