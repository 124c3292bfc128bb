"""The steps only a person can do, and the words to send to people, in English and in French."""
