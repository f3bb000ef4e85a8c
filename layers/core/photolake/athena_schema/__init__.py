"""The Athena schema: views and saved queries from the folder `athena/`."""
