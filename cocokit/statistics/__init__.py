"""What is in a dataset, counted: tables, histograms and maps over its columns, and pages that show them.

Counting (:func:`describe`, :func:`drift_between`) draws nothing; :mod:`.text` and :mod:`.page` show what it gives.
"""

from .describe import Statistics, describe
from .drift import Drift, drift_between

__all__ = ["Drift", "Statistics", "describe", "drift_between"]
