-- Whom an event is about: marks between spaces, or nothing. Events that share a
-- mark are told in order, if a webhook asks for that.
ALTER TABLE events ADD COLUMN subjects TEXT NOT NULL DEFAULT '';

-- How many deliveries were begun by hand, which whoever holds the webhook is to
-- notice: they stand before what is pending already.
ALTER TABLE webhooks ADD COLUMN begun BIGINT NOT NULL DEFAULT 0;
