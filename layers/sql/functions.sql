-- The log of changes is kept by the database itself, so that a row changed with psql, QGIS or ogr2ogr
-- is logged like one changed on a page. Installed by layers.changes.install(); safe to run again.

-- True for a valid geometry within the range of longitude and latitude.
CREATE OR REPLACE FUNCTION machigis_sound(g geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_IsValid(g) AND NOT ST_IsEmpty(g)
     AND ST_XMin(g) >= -180 AND ST_XMax(g) <= 180 AND ST_YMin(g) >= -90 AND ST_YMax(g) <= 90
$$;

-- Who writes: the name that the application states, otherwise the database user.
CREATE OR REPLACE FUNCTION machigis_actor() RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('machigis.actor', true), ''), session_user::text)
$$;

CREATE OR REPLACE FUNCTION machigis_is_bulk() RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('machigis.bulk', true), '') = 'on'
$$;

-- Version and time of the last change, whoever writes and whatever they say.
CREATE OR REPLACE FUNCTION machigis_next_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.entered_at := OLD.entered_at;
  NEW.changed_at := clock_timestamp();
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION machigis_add_change(layer_name text, operation text, row_count bigint, touched geometry)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE change bigint;
BEGIN
  INSERT INTO layers_change (layer, operation, actor, at, began_at, transaction, row_count, is_bulk, area)
  VALUES (layer_name, operation, machigis_actor(), clock_timestamp(), now(),
          pg_current_xact_id()::text::bigint, row_count, machigis_is_bulk(), touched)
  RETURNING id INTO change;
  RETURN change;
END
$$;

-- One statement, one entry in layers_change, and every row before and after. A bulk load keeps less: of its inserted
-- rows nothing (they are those entered at its moment), of the others how they were before. So nothing is lost that
-- could not be read from the table, an import can be undone, and a million new rows are not written twice. A row that
-- is inserted with another moment of entry (an old one that comes back) could not be known by it, so it is logged.
-- The area is exact (an envelope per row) up to 100 rows. Beyond, all rows are laid over a grid of 16 by 16, and the
-- area is an envelope per cell: what lies between two distant crowds is not touched.
CREATE OR REPLACE FUNCTION machigis_cell(g geometry, around geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(16 * (ST_XMin(g) - ST_XMin(around)) / greatest(ST_XMax(around) - ST_XMin(around), 1e-9)) * 100
       + floor(16 * (ST_YMin(g) - ST_YMin(around)) / greatest(ST_YMax(around) - ST_YMin(around), 1e-9))
$$;

CREATE OR REPLACE FUNCTION machigis_log_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE row_total bigint; touched geometry; change bigint;
BEGIN
  SELECT count(*), ST_SetSRID(ST_Extent(geometry)::geometry, 4326) INTO row_total, touched FROM new_rows;
  IF row_total = 0 THEN RETURN NULL; END IF;
  IF row_total <= 100 THEN
    SELECT ST_Union(ST_Envelope(geometry)) INTO touched FROM new_rows;
  ELSE
    SELECT ST_Union(box) INTO touched
      FROM (SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) AS box
              FROM new_rows GROUP BY machigis_cell(geometry, touched)) cells;
  END IF;
  change := machigis_add_change(TG_ARGV[0], 'insert', row_total, touched);
  INSERT INTO layers_changedrow (change_id, feature_id, after, geometry_after)
  SELECT change, id, to_jsonb(r) - 'geometry', geometry FROM new_rows r
   WHERE NOT machigis_is_bulk() OR r.entered_at IS DISTINCT FROM now();
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION machigis_log_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE row_total bigint; touched geometry; change bigint;
BEGIN
  SELECT count(*), ST_SetSRID(ST_Extent(geometry)::geometry, 4326) INTO row_total, touched FROM old_rows;
  IF row_total = 0 THEN RETURN NULL; END IF;
  IF row_total <= 100 THEN
    SELECT ST_Union(ST_Envelope(geometry)) INTO touched FROM old_rows;
  ELSE
    SELECT ST_Union(box) INTO touched
      FROM (SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) AS box
              FROM old_rows GROUP BY machigis_cell(geometry, touched)) cells;
  END IF;
  change := machigis_add_change(TG_ARGV[0], 'delete', row_total, touched);
  INSERT INTO layers_changedrow (change_id, feature_id, before, geometry_before)
  SELECT change, id, to_jsonb(r) - 'geometry', geometry FROM old_rows r;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION machigis_log_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE row_total bigint; touched geometry; change bigint;
BEGIN
  SELECT count(*) INTO row_total FROM new_rows;
  IF row_total = 0 THEN RETURN NULL; END IF;
  IF row_total <= 100 THEN
    SELECT ST_Union(ST_Envelope(geometry)) INTO touched
      FROM (SELECT geometry FROM old_rows UNION ALL SELECT geometry FROM new_rows) both_sides;
  ELSE
    SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) INTO touched
      FROM (SELECT geometry FROM old_rows UNION ALL SELECT geometry FROM new_rows) both_sides;
    SELECT ST_Union(box) INTO touched
      FROM (SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) AS box
              FROM (SELECT geometry FROM old_rows UNION ALL SELECT geometry FROM new_rows) both_sides
             GROUP BY machigis_cell(geometry, touched)) cells;
  END IF;
  change := machigis_add_change(TG_ARGV[0], 'update', row_total, touched);
  IF machigis_is_bulk() THEN
    INSERT INTO layers_changedrow (change_id, feature_id, before, geometry_before)
    SELECT change, id, to_jsonb(r) - 'geometry', geometry FROM old_rows r;
  ELSE
    INSERT INTO layers_changedrow (change_id, feature_id, before, after, geometry_before, geometry_after)
    SELECT change, coalesce(b.id, a.id), to_jsonb(a) - 'geometry', to_jsonb(b) - 'geometry', a.geometry, b.geometry
      FROM old_rows a FULL JOIN new_rows b ON b.id = a.id;
  END IF;
  RETURN NULL;
END
$$;

-- TRUNCATE has no transition tables: the rows are read just before they go.
CREATE OR REPLACE FUNCTION machigis_log_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE row_total bigint; touched geometry; change bigint;
BEGIN
  EXECUTE format('SELECT count(*), ST_SetSRID(ST_Extent(geometry)::geometry, 4326) FROM %s', TG_RELID::regclass)
    INTO row_total, touched;
  IF row_total = 0 THEN RETURN NULL; END IF;
  EXECUTE format(
    'SELECT ST_Union(box) FROM (SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) AS box
       FROM %s GROUP BY machigis_cell(geometry, $1)) cells', TG_RELID::regclass) INTO touched USING touched;
  change := machigis_add_change(TG_ARGV[0], 'delete', row_total, touched);
  EXECUTE format(
    'INSERT INTO layers_changedrow (change_id, feature_id, before, geometry_before)
     SELECT $1, id, to_jsonb(r) - ''geometry'', geometry FROM %s r', TG_RELID::regclass) USING change;
  RETURN NULL;
END
$$;

-- Revisions are handed out at commit, under a lock held until the commit is visible: whoever has seen
-- revision n of a layer has seen all below it, however slow another writer was. Several layers are
-- locked in the order of their names, so that two writers cannot wait for one another.
CREATE OR REPLACE FUNCTION machigis_assign_revisions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE pending record; next_revision bigint;
BEGIN
  FOR pending IN
    SELECT id, layer FROM layers_change
     WHERE transaction = pg_current_xact_id()::text::bigint AND revision IS NULL
     ORDER BY layer, id
  LOOP
    INSERT INTO layers_revision AS r (layer, revision) VALUES (pending.layer, 1)
      ON CONFLICT (layer) DO UPDATE SET revision = r.revision + 1
      RETURNING r.revision INTO next_revision;
    UPDATE layers_change SET revision = next_revision WHERE id = pending.id;
  END LOOP;
  RETURN NULL;
END
$$;
