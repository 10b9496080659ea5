"""Answer keys: drafted from the reference solutions, checked, published, with their provenance."""
