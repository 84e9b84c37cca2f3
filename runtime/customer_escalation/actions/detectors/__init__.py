"""What finds secrets and personal data in a text that is about to leave the house."""
