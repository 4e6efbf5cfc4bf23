"""Pages of what citizens are told: the wish in the report form, texts at the desk, what went out beside a case."""
