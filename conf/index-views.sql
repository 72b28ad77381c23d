-- Views over the tables of a store's index, for spark-sql and for spark.sql in PySpark. Set where the
-- store lies first; jobs/INDEX.md explains tables and columns and shows how to run this file.
--   SET zoopress.store=/path/or/s3a-uri/of/the/store;

CREATE OR REPLACE TEMPORARY VIEW models_table USING parquet
OPTIONS (path '${zoopress.store}/index/tables/models', recursiveFileLookup 'true');

CREATE OR REPLACE TEMPORARY VIEW files_table USING parquet
OPTIONS (path '${zoopress.store}/index/tables/files', recursiveFileLookup 'true');

CREATE OR REPLACE TEMPORARY VIEW chunks_table USING parquet
OPTIONS (path '${zoopress.store}/index/tables/chunks', recursiveFileLookup 'true');

-- What is published: of every revision the rows with the highest number, unless it was deleted.
CREATE OR REPLACE TEMPORARY VIEW models AS
SELECT model, revision, n, files, source_bytes FROM (
  SELECT model, revision, max(n) AS n, max_by(deleted, n) AS deleted,
         max_by(files, n) AS files, max_by(source_bytes, n) AS source_bytes
  FROM models_table GROUP BY model, revision)
WHERE NOT deleted;

CREATE OR REPLACE TEMPORARY VIEW files AS
SELECT DISTINCT f.* FROM files_table f
LEFT SEMI JOIN models m ON f.model = m.model AND f.revision = m.revision AND f.n = m.n;

CREATE OR REPLACE TEMPORARY VIEW chunks AS
SELECT c.* FROM chunks_table c
LEFT SEMI JOIN models m ON c.model = m.model AND c.revision = m.revision AND c.n = m.n;

-- One row for every place of a pack that a model needs, as its own or to decode what stands on it.
CREATE OR REPLACE TEMPORARY VIEW model_places AS
SELECT model, pack, frame_offset, offset_in_frame, min(stored_bytes) AS stored_bytes
FROM chunks GROUP BY model, pack, frame_offset, offset_in_frame;

-- What each model alone needs, and what it shares with others.
CREATE OR REPLACE TEMPORARY VIEW model_bytes AS
SELECT model, sum(if(models = 1, stored_bytes, 0)) AS exclusive_bytes,
       sum(if(models > 1, stored_bytes, 0)) AS shared_bytes
FROM (SELECT model, stored_bytes,
             count(*) OVER (PARTITION BY pack, frame_offset, offset_in_frame) AS models
      FROM model_places)
GROUP BY model;

-- What deleting a model frees at the next gc: the packs that no other model needs anything of.
CREATE OR REPLACE TEMPORARY VIEW deletion_frees AS
SELECT model, count(*) AS packs, sum(pack_bytes) AS frame_bytes
FROM (SELECT pack, min(model) AS model
      FROM model_places GROUP BY pack HAVING count(DISTINCT model) = 1)
JOIN (SELECT pack, sum(frame_stored_bytes) AS pack_bytes
      FROM (SELECT DISTINCT pack, frame_offset, frame_stored_bytes FROM chunks) GROUP BY pack)
USING (pack)
GROUP BY model;

-- Which revisions cannot be read whole if a pack is damaged or lost.
CREATE OR REPLACE TEMPORARY VIEW pack_models AS
SELECT DISTINCT pack, model, revision FROM chunks;

-- Pairs of models of which one has most of the other's bytes, chunk by chunk.
CREATE OR REPLACE TEMPORARY VIEW near_duplicates AS
WITH own AS (
  SELECT DISTINCT model, chunk, length_bytes FROM chunks WHERE role = 'OWN'),
totals AS (SELECT model, sum(length_bytes) AS bytes FROM own GROUP BY model),
common AS (
  SELECT a.model AS model, b.model AS other, sum(a.length_bytes) AS bytes
  FROM own a JOIN own b ON a.chunk = b.chunk AND a.model < b.model GROUP BY a.model, b.model)
SELECT c.model, c.other, c.bytes AS common_bytes,
       c.bytes / least(m.bytes, o.bytes) AS share_of_smaller
FROM common c JOIN totals m ON m.model = c.model JOIN totals o ON o.model = c.other
WHERE c.bytes >= 0.5 * least(m.bytes, o.bytes);

-- Which models a model's differences stand on, and the bytes of the base that it needs for that.
CREATE OR REPLACE TEMPORARY VIEW lineage AS
SELECT needs.model, has.model AS base_model, sum(needs.length_bytes) AS base_bytes
FROM (SELECT DISTINCT model, chunk, length_bytes FROM chunks WHERE role = 'BASE') needs
JOIN (SELECT DISTINCT model, chunk FROM chunks WHERE role = 'OWN') has
  ON needs.chunk = has.chunk AND needs.model <> has.model
GROUP BY needs.model, has.model;
