"""`photolake cost --forecast` of the template as it is."""

import json
from decimal import Decimal

from typer.testing import CliRunner

from photolake_cli import main
from tests.resolved_template import ROOT


def test_a_month_of_the_template_is_bounded_and_has_its_fixed_costs():
    result = CliRunner().invoke(main.app, ["cost", "--forecast", "--json", "--param", "MonthlyBudget=200"])

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["monthly_budget_usd"], document["bought_usd_at_most"]) == ("200", "200")
    amounts = [Decimal(line["usd_at_most"]) for line in document["lines"]]
    assert all(amounts)
    assert Decimal(document["usd_at_most"]) == 200 + sum(
        amount for amount, line in zip(amounts, document["lines"], strict=True) if not line["is_bought"]
    )
    (alarms,) = [line["what"] for line in document["lines"] if line["what"].startswith("alarms")]
    assert alarms in (ROOT / "docs/cost.md").read_text()
