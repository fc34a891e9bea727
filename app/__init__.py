"""The two faces of Regroup: the dashboard and the command line."""
