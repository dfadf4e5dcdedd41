"""The composition root: the only package that builds adapters and joins the parts; one module a process.

`supervisor` starts the others and ends them, `office` keeps the books and serves pages, `worker` serves the gateway,
`sandbox` plays the provider of the demo.
"""
