"""`photolake search`: images by what they show, as a table, as JSON and as a contact sheet."""
