"""What can be done: one file per verb, each load -> decide -> act -> settle -> save."""
