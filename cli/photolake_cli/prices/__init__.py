"""`photolake prices`: shows the list prices, and reads them again from the AWS Price List."""
