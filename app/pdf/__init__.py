"""Paper: exercise figures, fonts and the program document, all drawn without touching the database."""
