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
    public static IReadOnlyList<string> Migrations { get; } = [Tables + Queries + Functions + Views];

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
    public const string FindValue =
        """
        SELECT e.value, e.version
        FROM devices AS d LEFT JOIN collection_entries(@device, @stored) AS e ON e.key = @key
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

        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
            SELECT PayloadBinary, Version FROM OrleansStorage
            WHERE ServiceId = @ServiceId AND GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
                AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1;
        ');

        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
            UPDATE OrleansStorage
            SET PayloadBinary = NULL, Version = CASE WHEN Version >= 2147483647 THEN 1 ELSE Version + 1 END
            WHERE ServiceId = @ServiceId AND GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
                AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND Version = @GrainStateVersion
            RETURNING Version AS NewGrainStateVersion;
        ');

        """;

    /// <summary>The parts of a collection put together: the chunks of the snapshot that its head names, and the deltas saved after it.</summary>
    /// <remarks>
    /// Rows and entries are cut by the order of their members, which is the writer's (StatePayload), and not with <c>-></c>: that unescapes
    /// every string of a row, and would fail for all of it when one value holds <c>\u0000</c>, which no text of PostgreSQL can. As jsonb
    /// such a value is null. What precedes a value is at most 4096 characters, however the key is escaped.
    /// </remarks>
    private const string Functions =
        """
        CREATE FUNCTION json_as_jsonb(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
            RETURN value::jsonb;
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            RETURN NULL;
        END $$;

        CREATE FUNCTION collection_entries(service text, stored text)
        RETURNS TABLE (key text, value text, version bigint) LANGUAGE sql STABLE AS $$
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
            part AS (
                SELECT 's' || generation % 2 || '-' || i AS name, 0 AS complete FROM head, generate_series(0, chunks - 1) AS i
                UNION ALL
                SELECT name, coalesce(head.sequence, 0) FROM saved LEFT JOIN head ON true
                WHERE name <> 'head' AND substring(header FROM '"save":(\d+)')::bigint > coalesce(head.save, 0)
            ),
            item AS (
                SELECT complete, e::text AS text,
                    substring(left(e::text, 4096) FROM '^\{"key":"(?:[^"\\]|\\.)*","sequence":\d+,"version":\d+(?:,"expiry":\d+)?,"(?:value|deleted)":') AS head
                FROM part JOIN OrleansStorage ON ServiceId = service AND GrainIdExtensionString = stored AND GrainTypeString = name,
                    convert_from(PayloadBinary, 'UTF8') AS payload,
                    json_array_elements(substr(payload, strpos(payload, '"entries":[') + 10, length(payload) - strpos(payload, '"entries":[') - 10)::json) AS e
            ),
            entry AS (
                SELECT DISTINCT ON (key) substring(head FROM '^\{"key":("(?:[^"\\]|\\.)*")')::json #>> '{}' COLLATE "C" AS key,
                    CASE WHEN head LIKE '%"value":' THEN substr(text, length(head) + 1, length(text) - length(head) - 1) END AS value,
                    substring(head FROM '"version":(\d+)')::bigint AS version, substring(head FROM '"sequence":(\d+)')::bigint AS sequence
                FROM item
                WHERE substring(head FROM '"sequence":(\d+)')::bigint > complete
                ORDER BY key, sequence DESC
            )
            SELECT key, value, version FROM entry WHERE value IS NOT NULL
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
}
