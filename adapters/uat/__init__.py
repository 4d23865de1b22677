"""UAT on 978 MHz, as dump978 and Stratux write its messages."""
