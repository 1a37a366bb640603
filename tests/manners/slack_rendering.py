"""Blocks as Slack shows them, as HTML: near enough to be recognised, and no more than the bot uses."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

# The text is escaped already, as Slack takes it; only its own signs are left to be rendered.
SIGNS: Final = (
    (re.compile(r"<([^|<>]+)\|([^<>]+)>"), r'<a href="\1">\2</a>'),
    (re.compile(r"<(https?://[^|<>]+)>"), r'<a href="\1">\1</a>'),
    (re.compile(r"```\n?(.*?)```", re.DOTALL), r"<pre>\1</pre>"),
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), r"<i>\1</i>"),
    (re.compile(r"^&gt; ?(.*)$", re.MULTILINE), r'<span class="quote">\1</span>'),
    (re.compile(r"</span>\n(?=<span)"), "</span>"),
)
PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Slack</title><style>
body {{ font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d; margin: 20px; width: {width}px; }}
.window {{ border: 1px solid #ddd; border-radius: 8px; overflow: hidden; }}
.channel {{ border-bottom: 1px solid #ddd; padding: 10px 20px; font-weight: bold; font-size: 17px;
  display: flex; justify-content: space-between; }}
.tabs {{ border-bottom: 1px solid #ddd; padding: 0 20px; display: flex; gap: 20px; color: #616061; }}
.tabs span {{ padding: 8px 0; }} .tabs .here {{ color: #1d1c1d; border-bottom: 2px solid #611f69; }}
.body {{ padding: 16px 20px; display: grid; gap: 14px; }} .shut {{ color: #616061; font-weight: normal; }}
.foot {{ border-top: 1px solid #ddd; padding: 12px 20px; display: flex; gap: 8px; justify-content: end; }}
.said {{ display: grid; grid-template-columns: 36px 1fr; gap: 10px; padding: 12px 20px; }}
.face {{ width: 36px; height: 36px; border-radius: 6px; background: #d97757; color: #fff; text-align: center;
  line-height: 36px; font-weight: bold; }}
.app {{ background: #e8e8e8; border-radius: 3px; font-size: 10px; color: #616061; padding: 1px 4px; }}
.time {{ color: #616061; font-size: 12px; }} .header {{ font-weight: bold; font-size: 18px; }}
.section {{ white-space: pre-wrap; }} .context {{ color: #616061; font-size: 13px; margin-top: 8px; }}
.quote {{ display: block; border-left: 4px solid #ddd; padding-left: 12px; min-height: 20px; }}
.actions {{ margin-top: 10px; display: flex; gap: 8px; }} .body .actions, .body .context {{ margin: 0; }}
.button {{ border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; font-weight: bold;
  font-size: 13px; }}
.primary {{ background: #007a5a; border-color: #007a5a; color: #fff; }}
.danger {{ border-color: #e01e5a; color: #e01e5a; }}
.label {{ font-weight: bold; margin-bottom: 6px; }} .faint {{ color: #616061; font-weight: normal; }}
.hint {{ color: #616061; font-size: 13px; margin-top: 4px; }}
.field {{ border: 1px solid #868686; border-radius: 4px; padding: 6px 12px; min-height: 22px; display: flex;
  justify-content: space-between; }}
.long {{ min-height: 66px; }}
code {{ background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; color: #c01343; padding: 0 3px;
  font: 12px "DejaVu Sans Mono", monospace; }}
a {{ color: #1264a3; text-decoration: none; }}
.replies {{ border-top: 1px solid #ddd; margin: 0 20px; padding-top: 4px; color: #616061; font-size: 13px; }}
</style>
<div class="window">{content}</div>
"""
ARROW: Final = '<span class="faint">&#9662;</span>'
SAID: Final = """<div class="said"><div class="face">C</div><div><div><b>claude</b>
<span class="app">APP</span> <span class="time">{time}</span></div>{content}</div></div>"""
MODAL: Final = """<div class="channel">{title}<span class="shut">&#10005;</span></div>
<div class="body">{content}</div>
<div class="foot"><span class="button">Cancel</span><span class="button primary">{submit}</span></div>"""
HOME: Final = """<div class="channel">claude</div>
<div class="tabs"><span class="here">Home</span><span>Messages</span><span>About</span></div>
<div class="body">{content}</div>"""


def page(content: str, *, width: int = 820) -> str:
    """The whole page, with that in its window."""
    return PAGE.format(content=content, width=width)


def thread(first: Iterable[Mapping[str, Any]], reply: str) -> str:
    """A channel with a message, and one answer to it."""
    said = SAID.format(time="9:00", content=blocks(first))
    answered = SAID.format(time="9:02", content=f'<div class="section">{marked(reply)}</div>')
    return f'<div class="channel"># deploys</div>{said}<div class="replies">1 reply</div>{answered}'


def modal(view: Mapping[str, Any], filled: Mapping[str, str]) -> str:
    """A window before somebody who has filled that in, by the names of its fields."""
    content = blocks(view["blocks"], filled)
    return MODAL.format(title=view["title"]["text"], content=content, submit=view["submit"]["text"])


def home(view: Mapping[str, Any]) -> str:
    """The app's own tab."""
    return HOME.format(content=blocks(view["blocks"]))


def blocks(some: Iterable[Mapping[str, Any]], filled: Mapping[str, str] | None = None) -> str:
    return "".join(block(each, filled or {}) for each in some)


def block(it: Mapping[str, Any], filled: Mapping[str, str]) -> str:
    """One block."""
    match it["type"]:
        case "section":
            content = marked(it["text"]["text"])
        case "header":
            content = escape(it["text"]["text"])
        case "context":
            content = "<br>".join(marked(each["text"]) for each in it["elements"])
        case "actions":
            content = "".join(map(element, it["elements"]))
        case "input":
            content = question(it, filled.get(it["block_id"], ""))
        case other:
            raise ValueError(f"the bot shows no {other}")
    return f'<div class="{it["type"]}">{content}</div>'


def element(it: Mapping[str, Any]) -> str:
    """What can be pressed or chosen; it does nothing here."""
    if it["type"] == "button":
        return f'<span class="button {it.get("style", "")}">{escape(it["text"]["text"])}</span>'
    return (
        f'<span class="button">{escape(it["placeholder"]["text"])} <span class="faint">&#9662;</span></span>'
    )


def question(it: Mapping[str, Any], given: str) -> str:
    """Something to fill in, and what was."""
    asked, label = it["element"], escape(it["label"]["text"])
    faint = ' <span class="faint">(optional)</span>' if it["optional"] else ""
    hint = f'<div class="hint">{escape(it["hint"]["text"])}</div>' if "hint" in it else ""
    chosen = asked.get("initial_option", {}).get("text", {}).get("text") or asked.get("initial_time", "")
    arrow = "" if asked["type"] == "plain_text_input" else ARROW
    size = "field long" if asked.get("multiline") else "field"
    shown = escape(given or chosen)
    return (
        f'<div class="label">{label}{faint}</div><div class="{size}"><span>{shown}</span>{arrow}</div>{hint}'
    )


def marked(text: str) -> str:
    """Slack's own mark-up as HTML."""
    for sign, shown in SIGNS:
        text = sign.sub(shown, text)
    return text
