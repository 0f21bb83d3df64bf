-- Version 3: to which run of a room a booking belongs, so that it can be taken back when the room goes on from before it.

-- 0: of no run, or from before this version.
ALTER TABLE bookings ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
-- The booking that took it back.
ALTER TABLE bookings ADD COLUMN voided_by INTEGER REFERENCES bookings (id);
CREATE INDEX bookings_by_run ON bookings (room, run, tick);
