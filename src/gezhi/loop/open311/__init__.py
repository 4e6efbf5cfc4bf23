"""Open311 GeoReport v2: what other systems ask of this one, and report to it, in the standard's own words."""
