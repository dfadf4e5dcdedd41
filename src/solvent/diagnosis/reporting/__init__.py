"""The verdict in words: the report, its code samples, the steps in an app, the answer to who paid already."""
