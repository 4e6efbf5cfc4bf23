"""Django's PostgreSQL backend with a pool that notices connections whose server has gone, without a statement."""
