"""Makes moto find the code for a request without looking for it on the disk each time.

For every request moto lists the folder of its package to know which services there are, and all methods of the class
that answers: half a millisecond of processor time, a third of a small request.
https://github.com/getmoto/moto/blob/master/moto/backends.py, moto/core/responses.py
"""

from __future__ import annotations

from functools import cache

from moto import backends
from moto.core import responses, utils


def lower_dispatch_cost() -> None:
    """Ask once for what stays the same, for this process; what the API answers stays the same."""
    modules = tuple(backends.list_of_moto_modules())
    # Not assignments, for which the replaced parts would have to be typed like these.
    setattr(backends, "list_of_moto_modules", lambda: modules)  # noqa: B010
    setattr(responses, "method_names_from_class", cache(utils.method_names_from_class))  # noqa: B010
