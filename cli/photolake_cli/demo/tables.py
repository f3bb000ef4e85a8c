"""The tables of `photolake demo --tables`: every answer in full, the account, and the paid calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.panel import Panel

from photolake_cli.console import console, show_table

if TYPE_CHECKING:
    from photolake_cli.demo.findings import Findings
    from photolake_cli.demo.ledger import Balance

# The column of each query that is drawn as bars.
BARS = {
    "top_domains": "links",
    "top_labels": "photos",
    "text_in_images": "posts",
    "faces": "posts",
    "ages_and_genders": "faces",
    "top_celebrities": "posts",
    "sentiment_by_language": "posts",
    "photo_statuses": "photos",
    "top_emotions": "faces",
}
CALLS_NOTE = (
    "Texts and images that were sent to a service, including requests that the laptop cloud cannot fulfil; it repeats "
    "those for the sentiment of languages other than English. The method of 2019 is counted once per post."
)
SENT_AGAIN_NOTE = (
    " {:,} were sent again, because this machine took longer than the functions wait: here each ran once, AWS may "
    "charge such a call twice."
)
LOCAL_NOTES = {
    "top_labels": "by a small open model in place of Rekognition: it names one subject of a photo, and misses many",
    "ages_and_genders": "guesses of a small open model; of five known portraits, the gender of one was wrong",
    "top_emotions": "a small open model, good at smiles; it says what faces look like, not what anybody feels",
    "suspect_content": "locally only sexual content is judged: no label does not mean safe",
    "top_celebrities": "not available locally: no open-source engine recognises celebrities; on AWS Rekognition does",
}


def show_tables(findings: Findings) -> None:
    """Print a table for each answer, the account of posts and photos, and the paid calls."""
    notes = {
        **LOCAL_NOTES,
        "sentiment_by_language": f"analysed by {findings.models['comprehend']} in place of Comprehend",
    }
    for name, answer in findings.answers.items():
        show_table(answer.question, answer.columns, answer.rows, notes.get(name, ""), BARS.get(name, ""))
    console.print()
    for balance in findings.balances:
        console.print(_build_panel(balance))
    rows = [(api, old, new, describe_ratio(old, new)) for api, old, new in findings.calls]
    rows.append(("all", *findings.total_calls, describe_ratio(*findings.total_calls)))
    again = SENT_AGAIN_NOTE.format(findings.sent_again) if findings.sent_again else ""
    columns = ["operation", "method of 2019", "photolake", "fewer"]
    show_table("Paid calls on these posts", columns, rows, CALLS_NOTE + again)


def describe_ratio(old: int, new: int) -> str:
    """How many times fewer calls ours are; empty if there are none."""
    return f"{old / new:.1f} x" if new else ""


def _build_panel(balance: Balance) -> Panel:
    sides = [
        " + ".join(f"{amount:,} {name}" for name, amount in side.amounts.items())
        for side in (balance.input, balance.output)
    ]
    is_balanced = balance.is_balanced
    text = f"{sides[0]} = {balance.input.total:,}\n{sides[1]} = {balance.output.total:,}"
    title = f"{balance.name}: " + ("the account balances" if is_balanced else "THE ACCOUNT DOES NOT BALANCE")
    return Panel(text, title=title, title_align="left", border_style="green" if is_balanced else "red")
