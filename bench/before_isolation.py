"""What attacks cost before clients were isolated from each other, as measured then."""

from collections.abc import Mapping

BEFORE: Mapping[str, str] = {
    "rebinding": "OK: networks were created and deleted",
    "evaluations": "15.7 s (39 ×), 1,196 MiB, stopped after more than 90 s",
    "gradient-checks": "8.8 s (45 ×), 455 MiB, stopped after more than 90 s",
    "heaviest": "1.0 s (14 ×), 357 MiB, stopped after 51 s",
    "walks": "11.2 s (38 ×), 1,451 MiB, stopped after 23 s",
    "objects": "1.2 s (7 ×), 1,390 MiB, stopped after more than 90 s",
    "lists": "29.9 s (109 ×), 535 MiB, stopped after 18 s",
    "vectors": "2.5 s (14 ×), 1,482 MiB, stopped after more than 90 s",
    "dripping": "1.1 s (3 ×), 372 MiB in 6 s, stopped after 9 s with 313 lines of log",
    "held": "0.6 s (2 ×), 876 MiB, stopped after 8 s",
    "rapid-reset": "5.1 s (16 ×), 17 % of the calls of others CANCELLED, stopped after 9 s",
    "pings": "0.1 s (2 ×)",
}
