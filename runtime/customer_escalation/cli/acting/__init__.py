"""The command `act`: what a brief offers, shown whole, approved by a person and carried out."""
