"""The letters of Java's DateTimeFormatter that are available locally, in prefixes and in partition projection.

https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
"""

STRFTIME = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
