-- What was drafted and what was done is never rewritten.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER drafts_are_not_changed BEFORE UPDATE ON drafts
BEGIN SELECT RAISE(ABORT, 'drafts are immutable'); END;
CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON review_history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
