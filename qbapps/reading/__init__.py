"""Reading the files people keep. Functions over bytes: opening files is for the caller."""
