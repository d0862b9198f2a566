"""What lies between the window and the machine: threads, faults, the desktop, what is remembered."""
