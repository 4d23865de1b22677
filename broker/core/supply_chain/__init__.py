"""Supply-chain policy: whose make, software and data path may fly near sensitive sites."""
