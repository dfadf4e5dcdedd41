"""The error desk's pages: server-rendered, in Chinese and English, complete without JavaScript."""
