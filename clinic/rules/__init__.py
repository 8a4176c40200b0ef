"""What the clinic knows about time: plain Python, no Django, no clock."""
