"""Pages of what is public: list and case, feeds, figures, the desk's queue, the form for other sites."""
