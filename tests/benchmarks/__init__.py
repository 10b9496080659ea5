"""Benchmarks: ratios against yardsticks, measured side by side in one run. ``./run bench`` runs them."""
