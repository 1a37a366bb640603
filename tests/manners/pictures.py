"""python -m tests.manners.pictures <file.html>: what a review says, rendered as a person sees it.

The words are the bot's own; what is around them only looks like GitHub's page. A browser makes the picture:
`chromium --headless --screenshot=docs/images/review.png --window-size=980,960 file.html`.
"""

import sys
from html import escape
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from bot.application import review_words as words
from bot.application.review_paying import Cost
from bot.application.review_reading import Read
from bot.domain.anchors import Anchor
from bot.domain.remarks import Finding, sort
from bot.domain.reviewing import Request
from bot.records import Actor, Repository

HEAD: Final = "4f2a9c1d7be05c3a8e6f1b2d9c7a5e3f1d0b8a64"
DIFF: Final = (
    (" ", 3, "    total = 0"),
    (" ", 4, "    for one in invoices:"),
    ("-", 5, "        total += 1"),
    ("+", 5, "        if one.paid:"),
    ("+", 6, "            total = 1"),
    (" ", 7, "    return total"),
)
FOUND: Final = Finding(
    rule="lost-update",
    lenses=("correctness",),
    severity="major",
    confidence=95,
    anchor=Anchor(path="shop/count.py", line=6),
    title="The total is set and not added to",
    text="With two paid invoices the total is 1, for each paid one sets it anew. Add to it instead.",
    code=(b"            total = 1",),
    suggestion="            total += 1",
)
READ: Final = Read(
    head=HEAD,
    fails_at="critical",
    confidence=70,
    covered=("shop/count.py", "shop/report.py", "tests/test_count.py"),
    lines=64,
    left_out=(("poetry.lock", "lock"),),
    summary=("Only paid invoices are counted from now on, and the monthly report shows that number.",),
    risk="medium",
    risk_why="The report is what customers are charged by.",
    groups=(("Counting", ("shop/count.py", "tests/test_count.py")), ("The report", ("shop/report.py",))),
    findings=(FOUND,),
    unproven=1,
    cost=Cost(calls=2, tokens=6412, micro_usd=38_200),
)
PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Review</title><style>
body {{ font: 14px/1.5 -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: #1f2328; margin: 24px;
  width: 900px; }}
.box {{ border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 20px; overflow: hidden; }}
.head {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; font-size: 13px; }}
.body {{ padding: 4px 16px; }}
code, pre, .diff {{ font-family: "DejaVu Sans Mono", monospace; font-size: 12px; }}
code {{ background: #eff1f3; border-radius: 4px; padding: 1px 5px; }}
pre {{ background: #f6f8fa; border-radius: 6px; padding: 10px; }} pre code {{ background: none; padding: 0; }}
pre:has(.language-suggestion) {{ background: #dafbe1; border: 1px solid #d1d9e0; padding: 0 0 10px; }}
pre:has(.language-suggestion)::before {{ content: "Suggested change"; display: block; background: #f6f8fa;
  border-bottom: 1px solid #d1d9e0; padding: 6px 10px; margin-bottom: 10px; color: #59636e; }}
pre .language-suggestion {{ padding: 0 10px; }}
table {{ border-collapse: collapse; }} .body td, .body th {{ border: 1px solid #d1d9e0; padding: 4px 12px; }}
.diff {{ width: 100%; }} .diff td {{ padding: 1px 10px; white-space: pre; }}
.diff .number {{ color: #59636e; width: 36px; text-align: right; }}
.added {{ background: #dafbe1; }} .removed {{ background: #ffebe9; }}
sub {{ color: #59636e; font-size: 12px; }}
h3 {{ margin: 12px 0 4px; }}
</style>
<div class="box"><div class="head"><b>claude-code-bot</b> reviewed, at a line of shop/count.py</div>
<table class="diff">{diff}</table><div class="body">{at_line}</div></div>
<div class="box"><div class="head"><b>claude-code-bot</b> commented: the walkthrough, edited in place</div>
<div class="body">{walkthrough}</div></div>
"""


def page() -> str:
    """The whole page."""
    by, shop = Actor(id=1, login="developer"), Repository(id=1, full_name="acme/shop", installation_id=1)
    request = Request(repository=shop, number=12, cause="asked", by=by)
    found = sort(READ.findings, least=READ.confidence)
    return PAGE.format(
        diff="".join(map(_row, DIFF)),
        at_line=_rendered(words.at_line(FOUND)),
        walkthrough=_rendered(words.walkthrough(READ, found, request, {})),
    )


def _row(line: tuple[str, int, str]) -> str:
    sign, number, text = line
    look = {"+": "added", "-": "removed"}.get(sign, "")
    return f'<tr class="{look}"><td class="number">{number}</td><td>{sign} {escape(text)}</td></tr>'


def _rendered(text: str) -> str:
    rendered: str = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    return rendered


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
