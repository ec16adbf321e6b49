"""How figures are printed.

What was measured, its floor on this machine in the same run, and the bar.
"""

import os
from collections.abc import Sequence


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which this part (0..1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def heading(title: str) -> None:
    """Begin a group of figures."""
    load = os.getloadavg()[0]
    print(f"\n{title}  (load {load:.1f}, {os.cpu_count()} cores)", flush=True)
    print(f"  {'what':<52}{'figure':>16}{'floor':>16}{'bar':>16}", flush=True)


def line(what: str, figure: str, *, floor: str = "-", bar: str = "-") -> None:
    """Print one figure."""
    print(f"  {what:<52}{figure:>16}{floor:>16}{bar:>16}", flush=True)


def ms(seconds: float) -> str:
    """Write a duration in milliseconds."""
    return f"{seconds * 1000:.2f} ms"
