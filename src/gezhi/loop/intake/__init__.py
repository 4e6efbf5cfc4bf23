"""What comes to the desk before it is a case: drafts of the call screen, pasted texts with pictures, empty calls."""
