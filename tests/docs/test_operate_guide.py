"""The operating guide lists every limit as it is."""

from documents import ROOT

from training.limits import Limits, described

GUIDE = (ROOT / "docs" / "operate.md").read_text()


def test_the_guide_lists_every_limit_with_its_default_and_description() -> None:
    _, after = GUIDE.split("| limit | default | meaning |\n| --- | --- | --- |\n")
    rows = after.split("\n\n")[0].splitlines()
    assert rows == [
        f"| `{limit.name}` | {limit.value:,} | {limit.description} |"
        for limit in described(Limits())
    ]
