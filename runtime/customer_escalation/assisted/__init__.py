"""Escalations that an assistant works on: its model gathers and writes, code decides, re-reads, checks, keeps and follows up."""
