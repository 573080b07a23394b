"""What is wrong with a table."""

import re

_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


class BadTable(ValueError):
    """A table that cannot be read. The message has sentences that say where and what to do.

    It names the options of the command line: `--one-hot`.
    """

    def for_python(self) -> "BadTable":
        """Return the same error with the parameters of Python in place of the options."""
        return BadTable(_OPTION.sub(lambda found: found[1].replace("-", "_"), str(self)))
