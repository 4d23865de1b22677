"""GDL90, as portable receivers send it in UDP datagrams to port 4000."""
