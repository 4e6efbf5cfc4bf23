"""Pure rules of what is public: words without persons, streets without doors, which case when, counts without few."""
