-- Who answers for a subscription: `key:<id>` or `user:<id>`, whoever wrote it last. What it is told is what they may read. Null: written before
-- this was known.
alter table webhooks add column owner text;
