"""The guide for operators lists every setting and every limit as it is."""

from documents import ROOT

from service.settings import CONFIG, SETTINGS
from training.limits import Limits, described

GUIDE = (ROOT / "docs" / "operate.md").read_text()


def test_the_guide_lists_every_setting_with_its_default_and_description() -> None:
    _, after = GUIDE.split("| option | variable | default | meaning |\n| --- | --- | --- | --- |\n")
    rows = after.split("\n\n")[0].splitlines()
    assert rows == [
        f"| `{each.option}{'' if each.is_switch else f' {each.declared.metavar}'}`"
        f" | `{each.variable}` | {each.default_text} | {each.declared.help} |"
        for each in (CONFIG, *SETTINGS)
    ]


def test_the_guide_lists_every_limit_with_its_default_and_description() -> None:
    _, after = GUIDE.split("| limit | default | meaning |\n| --- | --- | --- |\n")
    rows = after.split("\n\n")[0].splitlines()
    assert rows == [
        f"| `{limit.name}` | {limit.value:,} | {limit.description} |"
        for limit in described(Limits())
    ]
