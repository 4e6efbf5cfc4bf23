"""Pure rules of likeness: the words of a case, which of them to look for, how alike two cases are and why."""
