using EdgeOrleans.Silo.Database;

namespace EdgeOrleans.Silo.Site;

/// <summary>The tables, queries, functions and views of a site's PostgreSQL.</summary>
/// <remarks>
/// The same tables as in a device's SQLite file, with the device's id as <c>ServiceId</c>: rows are copied from one to the other as they are.
/// </remarks>
internal static class SiteSchema
{
    /// <summary>The version that all of <see cref="Migrations"/> make. Any change to the schema is a new version.</summary>
    public static int Version => Migrations.Count;

    /// <summary>The step to each version from the one before; the first begins with an empty database. Each runs in one transaction.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [Tables + Queries + Functions + Views, Clusters];

    /// <summary>What each collection of a device is saved through.</summary>
    /// <remarks>
    /// The header of a row comes before its entries, and within 2048 bytes however its names are escaped: the rest of the row, which is
    /// stored apart and uncompressed, is not read. A quotation mark within a name is escaped, so the pattern cannot be in one.
    /// </remarks>
    public const string ListSaved =
        """
        SELECT GrainIdExtensionString,
            max(substring(encode(substr(PayloadBinary, 1, 2048), 'escape') FROM '"sequence":(\d+)')::bigint)
        FROM OrleansStorage
        WHERE ServiceId = @service AND (GrainTypeString = 'head' OR GrainTypeString ~ '^d\d') AND PayloadBinary IS NOT NULL
        GROUP BY GrainIdExtensionString
        """;

    /// <summary>
    /// One value, as the text that was sent, with its version. No row when the device is not known, nulls when the key is not there.
    /// </summary>
    /// <remarks>Of a large collection only the parts are taken to pieces in which the key, as it stands in them, occurs.</remarks>
    public const string FindValue =
        """
        SELECT found.value, found.version
        FROM devices AS d LEFT JOIN LATERAL (
            SELECT e.value, e.version
            FROM collection_parts(@device, @stored) AS p, part_entries(p.items) AS e
            WHERE strpos(p.items, @item) > 0 AND e.key = @key AND e.sequence > p.complete
            ORDER BY e.sequence DESC LIMIT 1
        ) AS found ON true
        WHERE d.device = @device
        """;

    private const string Tables =
        """
        CREATE TABLE schema_version (version integer NOT NULL);

        CREATE TABLE devices (
            device text PRIMARY KEY,
            name text NOT NULL,
            service_version text NOT NULL,
            claim text NOT NULL,
            first_seen timestamptz NOT NULL DEFAULT now(),
            last_seen timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE OrleansQuery (
            QueryKey text PRIMARY KEY,
            QueryText text NOT NULL
        );

        CREATE TABLE OrleansStorage (
            ServiceId text COLLATE "C" NOT NULL,
            GrainIdExtensionString text COLLATE "C" NOT NULL,
            GrainTypeString text COLLATE "C" NOT NULL,
            GrainIdN0 bigint NOT NULL,
            GrainIdN1 bigint NOT NULL,
            Version integer NOT NULL,
            PayloadBinary bytea,
            PRIMARY KEY (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1)
        );
        ALTER TABLE OrleansStorage ALTER COLUMN PayloadBinary SET STORAGE EXTERNAL;

        """;

    /// <summary>
    /// Orleans' contract: the provider reads these texts at its start and fills in the parameters. No row returned is how it knows a
    /// conflict. A write without a version is a first one; versions are int32 in the provider, so they wrap; the first is random, so that
    /// a row that was made anew does not match by chance.
    /// </summary>
    private const string Queries =
        """
        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
            WITH updated AS (
                UPDATE OrleansStorage
                SET PayloadBinary = @PayloadBinary, Version = CASE WHEN Version >= 2147483647 THEN 1 ELSE Version + 1 END
                WHERE ServiceId = @ServiceId AND GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
                    AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND Version = @GrainStateVersion
                RETURNING Version
            ), inserted AS (
                INSERT INTO OrleansStorage (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1, Version, PayloadBinary)
                SELECT @ServiceId, @GrainIdExtensionString, @GrainTypeString, @GrainIdN0, @GrainIdN1, 1 + floor(random() * 2147483646)::integer, @PayloadBinary
                WHERE @GrainStateVersion IS NULL
                ON CONFLICT DO NOTHING
                RETURNING Version
            )
            SELECT Version AS NewGrainStateVersion FROM updated UNION ALL SELECT Version FROM inserted;
        ');

        """ + "\n" + StorageQueries.ReadAndClear + "\n" +
        """

        """;

    /// <summary>The parts of a collection, and the entries in a part.</summary>
    /// <remarks>
    /// Rows and entries are cut by the order of their members and the way names are escaped, which are the writer's (StatePayload): no
    /// quotation mark stands within a key. <c>-></c> would not do: it unescapes every string of a row, and fails for all of it when one
    /// value holds <c>\u0000</c>, which no text of PostgreSQL can. As jsonb such a value is null.
    /// </remarks>
    private const string Functions =
        """
        CREATE FUNCTION json_as_jsonb(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
            RETURN value::jsonb;
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            RETURN NULL;
        END $$;

        -- The chunks of the snapshot that the head names, and the deltas saved after it; of those only what is newer than 'complete' counts.
        CREATE FUNCTION collection_parts(service text, stored text)
        RETURNS TABLE (items text, complete bigint) LANGUAGE sql STABLE AS $$
            WITH saved AS MATERIALIZED (
                SELECT GrainTypeString AS name, encode(substr(PayloadBinary, 1, 2048), 'escape') AS header
                FROM OrleansStorage
                WHERE ServiceId = service AND GrainIdExtensionString = stored AND PayloadBinary IS NOT NULL
                    AND (GrainTypeString = 'head' OR GrainTypeString ~ '^d\d')
            ),
            head AS MATERIALIZED (
                SELECT substring(header FROM '"save":(\d+)')::bigint AS save, substring(header FROM '"generation":(\d+)')::bigint AS generation,
                    substring(header FROM '"sequence":(\d+)')::bigint AS sequence, substring(header FROM '"chunks":(\d+)')::bigint AS chunks
                FROM saved WHERE name = 'head'
            ),
            part AS MATERIALIZED (
                SELECT 's' || generation % 2 || '-' || i AS name, 0 AS complete FROM head, generate_series(0, chunks - 1) AS i
                UNION ALL
                SELECT name, coalesce(head.sequence, 0) FROM saved LEFT JOIN head ON true
                WHERE name <> 'head' AND substring(header FROM '"save":(\d+)')::bigint > coalesce(head.save, 0)
            )
            SELECT substr(payload, start, length(payload) - start), complete
            FROM part, LATERAL (
                SELECT convert_from(PayloadBinary, 'UTF8') AS payload FROM OrleansStorage
                WHERE ServiceId = service AND GrainIdExtensionString = stored AND GrainTypeString = name
                OFFSET 0
            ) AS row, LATERAL (SELECT strpos(payload, '"entries":[') + 10 AS start OFFSET 0) AS place
        $$;

        CREATE FUNCTION part_entries(items text)
        RETURNS TABLE (key text, value text, version bigint, sequence bigint) LANGUAGE sql IMMUTABLE AS $$
            SELECT substr(item, 8, at - 7)::json #>> '{}' COLLATE "C",
                CASE WHEN last LIKE '%"value"' THEN substr(item, start, length(item) - start) END,
                split_part(f3, ',', 1)::bigint, split_part(f2, ',', 1)::bigint
            FROM (
                -- From the key's end: ","sequence":f2:f3:f4 with f2 = 88,"version" and f3 = 1790000000000000,"value", or "expiry" and f4.
                SELECT item, at, f2, f3, CASE WHEN f3 LIKE '%"expiry"' THEN f4 ELSE f3 END AS last,
                    at + 15 + length(f2) + length(f3) + CASE WHEN f3 LIKE '%"expiry"' THEN length(f4) + 1 ELSE 0 END AS start
                FROM (
                    SELECT item, at, split_part(rest, ':', 2) AS f2, split_part(rest, ':', 3) AS f3, split_part(rest, ':', 4) AS f4
                    FROM (
                        SELECT e::text AS item, at, substr(e::text, at, 120) AS rest
                        FROM json_array_elements(items::json) AS e, LATERAL (SELECT strpos(e::text, '","sequence":') AS at OFFSET 0) AS place
                        OFFSET 0
                    ) AS cut
                    OFFSET 0
                ) AS fields
            ) AS named
        $$;

        CREATE FUNCTION collection_entries(service text, stored text)
        RETURNS TABLE (key text, value text, version bigint) LANGUAGE sql STABLE AS $$
            SELECT key, value, version
            FROM (
                SELECT DISTINCT ON (e.key) e.key, e.value, e.version
                FROM collection_parts(service, stored) AS p, part_entries(p.items) AS e
                WHERE e.sequence > p.complete
                ORDER BY e.key, e.sequence DESC
            ) AS newest
            WHERE value IS NOT NULL
        $$;

        """;

    /// <summary>
    /// What the devices mirrored, for people and programs: each value as jsonb and as the text that was sent. Conditions on device,
    /// namespace and collection keep other collections from being read. The first save of every collection is in its slot 1.
    /// </summary>
    private const string Views =
        """
        CREATE VIEW entries AS
        SELECT c.device, c.namespace, c.collection, e.key, json_as_jsonb(e.value) AS value, e.value AS text,
            e.version, to_timestamp(e.version / 1000000.0) AS written_at
        FROM (
            SELECT ServiceId AS device, GrainIdExtensionString AS stored, split_part(name, '/', 1) AS namespace,
                substr(name, strpos(name, '/') + 1) AS collection
            FROM OrleansStorage, replace(replace(GrainIdExtensionString, '%2B', '+'), '%25', '%') AS name
            WHERE GrainTypeString = 'd1'
        ) AS c, collection_entries(c.device, c.stored) AS e
        WHERE c.namespace <> '';

        INSERT INTO schema_version (version) VALUES (1);
        """;

    /// <summary>What clusters over this database know of themselves; see <see cref="Cluster.ClusterSetup"/>.</summary>
    private const string Clusters =
        """
        CREATE TABLE clusters (
            service text NOT NULL,
            cluster text NOT NULL,
            token text NOT NULL,
            PRIMARY KEY (service, cluster)
        );

        CREATE TABLE cluster_members (
            service text NOT NULL,
            cluster text NOT NULL,
            silo text NOT NULL,
            is_here boolean NOT NULL,
            seen_at timestamptz NOT NULL,
            clock timestamptz NOT NULL,
            PRIMARY KEY (service, cluster, silo)
        );

        INSERT INTO schema_version (version) VALUES (2);
        """;
}
