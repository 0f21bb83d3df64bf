-- What the ship of an account was made of last: the names of hull, weapon and parts, with spaces between them.
ALTER TABLE accounts ADD COLUMN fit TEXT NOT NULL DEFAULT '';
