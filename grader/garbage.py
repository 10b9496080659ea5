"""How our processes look for garbage: seldom, and never among what they have loaded.

Python frees nearly all that we make as soon as nobody uses it; only cycles have to be looked for. It does so
whenever a few hundred objects more have been made than freed, and thousands of rows that are read at once are
just that, without a cycle among them. It looked them all over again and again: that was two fifths of the
time of a regrade, and made students wait for a tenth of a second while it held the place to write.
"""

import gc

MADE_MEANWHILE = 10_000
"""Objects that are made and not yet freed, before Python looks again; what may lie about then is small."""


def settle() -> None:
    """To be called once a process has loaded what stays for good."""
    gc.freeze()
    _first, *older = gc.get_threshold()
    gc.set_threshold(MADE_MEANWHILE, *older)
