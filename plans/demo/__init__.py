"""The demo's story: invented people whose months in two clinics are played through the real actions."""
