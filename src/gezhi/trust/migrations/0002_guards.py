"""Guards in the database: digests and times set by triggers, queues filled by triggers, history that only grows."""

from django.db import migrations

from gezhi.kit.append_only import append_only

DIGEST = """
CREATE FUNCTION ledger_digest(r ledger_record) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(string_agg(octet_length(convert_to(field, 'UTF8'))::text || ':' || field || ',', ''
                                      ORDER BY place), 'UTF8'))
  FROM unnest(ARRAY[
    r.id::text,
    ((extract(epoch FROM r.recorded_at) * 1000000)::bigint)::text,
    r.actor_kind, r.actor_id, r.act, r.subject_kind, r.subject_id, r.body
  ]) WITH ORDINALITY AS fields(field, place)
$$;

CREATE FUNCTION ledger_record_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.recorded_at := clock_timestamp();
  NEW.digest := ledger_digest(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_record_complete BEFORE INSERT ON ledger_record
  FOR EACH ROW EXECUTE FUNCTION ledger_record_complete();

CREATE FUNCTION ledger_record_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_pending (record_id, recorded_at) VALUES (NEW.id, NEW.recorded_at);
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_record_queue AFTER INSERT ON ledger_record
  FOR EACH ROW EXECUTE FUNCTION ledger_record_queue();

CREATE FUNCTION trust_outbox_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO trust_outbox_pending (event_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER trust_outbox_queue AFTER INSERT ON trust_outbox
  FOR EACH ROW EXECUTE FUNCTION trust_outbox_queue();
"""
UNDO = """
DROP TRIGGER trust_outbox_queue ON trust_outbox; DROP FUNCTION trust_outbox_queue();
DROP TRIGGER ledger_record_queue ON ledger_record; DROP FUNCTION ledger_record_queue();
DROP TRIGGER ledger_record_complete ON ledger_record; DROP FUNCTION ledger_record_complete();
DROP FUNCTION ledger_digest(ledger_record);
"""


class Migration(migrations.Migration):
    dependencies = [("trust", "0001_initial")]

    operations = [
        migrations.RunSQL(DIGEST, UNDO),
        append_only("ledger_record"),
        append_only("ledger_seal"),
        append_only("ledger_checkpoint"),
        append_only("trust_reveal"),
        append_only("trust_outbox"),
    ]
