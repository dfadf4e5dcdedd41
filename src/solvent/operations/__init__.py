"""What people do, one file a noun. The pages, the HTTP API and the command line all call these, and reach the world through ports."""
