"""The views and saved queries of the folder `athena/`. Begin with `sql_files`."""
