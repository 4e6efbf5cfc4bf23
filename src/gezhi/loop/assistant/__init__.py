"""Assistants that work cases in a person's name: the Model Context Protocol over the same verbs and rights."""
