"""How much memory the system lets a process have."""

import sys


def memory_allowed() -> int:
    """Return the limit of this shell (``ulimit -v``) in bytes, a huge one without."""
    try:
        import resource
    except ImportError:  # Windows has none
        return sys.maxsize
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
