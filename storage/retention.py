"""How long things are kept, whichever store keeps them."""

from datetime import timedelta

#: How long a request id and its answer are kept.
ANSWERS_KEPT = timedelta(days=7)
