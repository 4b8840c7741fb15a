-- What was drafted and what was done is never rewritten.
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION never();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION never();
CREATE TRIGGER drafts_are_not_changed BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION never();
CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON review_history FOR EACH ROW EXECUTE FUNCTION never();
