namespace EdgeOrleans.Silo.Database;

/// <summary>The tables, queries and views of the SQLite database.</summary>
internal static class SqliteSchema
{
    /// <summary>The version that this text makes. Any change to it is a new version.</summary>
    public const int Version = 1;

    /// <summary>Makes everything in an empty database; run in one transaction.</summary>
    /// <remarks>
    /// <para>
    /// The query texts are Orleans' contract: it reads them from <c>OrleansQuery</c> at its start and fills in the parameters.
    /// The identity of a row has five columns and a unique key over all of them, none of which may be null: null is not equal to null in
    /// a unique key, and a row that is there twice can be read and never written again.
    /// </para>
    /// <para>
    /// A write is one statement. It inserts when no version is given, and updates when the version given is the row's; in every other
    /// case it returns no row, which is how the provider knows a conflict. Versions are int32 in the provider, so they wrap.
    /// The first version of a row is random, so that a row of a database that has been replaced does not match one of the new by chance.
    /// </para>
    /// </remarks>
    public const string Create =
        """
        CREATE TABLE OrleansQuery (
            QueryKey TEXT NOT NULL PRIMARY KEY,
            QueryText TEXT NOT NULL
        );

        CREATE TABLE OrleansStorage (
            ServiceId TEXT NOT NULL,
            GrainIdExtensionString TEXT NOT NULL,
            GrainTypeString TEXT NOT NULL,
            GrainIdN0 INTEGER NOT NULL,
            GrainIdN1 INTEGER NOT NULL,
            Version INTEGER NOT NULL,
            PayloadBinary BLOB,
            UNIQUE (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1)
        );

        INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
            INSERT INTO OrleansStorage (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1, Version, PayloadBinary)
            SELECT @ServiceId, @GrainIdExtensionString, @GrainTypeString, @GrainIdN0, @GrainIdN1, 1 + abs(random() % 2147483646), @PayloadBinary
            WHERE @GrainStateVersion IS NULL OR EXISTS (
                SELECT 1 FROM OrleansStorage
                WHERE ServiceId = @ServiceId AND GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
                    AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1)
            ON CONFLICT (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1) DO UPDATE
            SET PayloadBinary = excluded.PayloadBinary, Version = CASE WHEN Version >= 2147483647 THEN 1 ELSE Version + 1 END
            WHERE Version = @GrainStateVersion
            RETURNING Version AS NewGrainStateVersion;
        ');

        """ + "\n" + StorageQueries.ReadAndClear + "\n" + EntriesView + "\n" +
        """
        CREATE TABLE schema_version (version INTEGER NOT NULL);
        INSERT INTO schema_version (version) VALUES (1);
        """;

    /// <summary>Collections with the greatest sequence of their heads and slots.</summary>
    /// <remarks>
    /// The header comes before the entries, and within 2048 bytes however its names are escaped; no name can hold the pattern, since a
    /// quotation mark in it is escaped. To parse all of each row would take minutes on a Pi. A cast takes the digits that a text begins with.
    /// </remarks>
    public const string ListSaved =
        """
        SELECT GrainIdExtensionString, max(CAST(substr(header, instr(header, '"sequence":') + 11) AS INTEGER))
        FROM (SELECT *, CAST(substr(PayloadBinary, 1, 2048) AS TEXT) AS header FROM OrleansStorage)
        WHERE ServiceId = @ServiceId AND (GrainTypeString = 'head' OR GrainTypeString GLOB 'd[0-9]*') AND PayloadBinary IS NOT NULL
        GROUP BY GrainIdExtensionString;
        """;

    /// <summary>
    /// What is saved, for people and programs: the chunks of the snapshot that each head names, and the deltas saved after it,
    /// of each key the newest. What the journal alone holds is not here yet. Values are JSON text, digit by digit as they were sent.
    /// </summary>
    /// <remarks>
    /// A BLOB means binary JSON to some versions of SQLite, hence the casts. <c>-></c> gives JSON text, where <c>->></c> and
    /// <c>json_extract</c> would make a number of 20 digits a float. The catalog has no namespace and is left out.
    /// In a group with <c>max()</c> SQLite takes the other columns from the row that has the maximum. What is materialized would
    /// otherwise be parsed again for each entry.
    /// </remarks>
    private const string EntriesView =
        """
        CREATE VIEW entries AS
        WITH
            head AS MATERIALIZED (
                SELECT ServiceId, GrainIdExtensionString,
                    payload ->> '$.generation' AS generation, payload ->> '$.save' AS save,
                    payload ->> '$.sequence' AS sequence, payload ->> '$.chunks' AS chunks
                FROM (
                    SELECT ServiceId, GrainIdExtensionString, CAST(PayloadBinary AS TEXT) AS payload
                    FROM OrleansStorage WHERE GrainTypeString = 'head' AND PayloadBinary IS NOT NULL)
            ),
            part AS (
                SELECT s.ServiceId, s.GrainIdExtensionString, CAST(s.PayloadBinary AS TEXT) AS payload, 0 AS complete
                FROM head AS h JOIN OrleansStorage AS s USING (ServiceId, GrainIdExtensionString)
                WHERE s.GrainTypeString LIKE 's_-%' AND substr(s.GrainTypeString, 2, 1) = CAST(h.generation % 2 AS TEXT)
                    AND CAST(substr(s.GrainTypeString, 4) AS INTEGER) < h.chunks
                UNION ALL
                SELECT s.ServiceId, s.GrainIdExtensionString, s.payload, coalesce(h.sequence, 0)
                FROM (
                    SELECT ServiceId, GrainIdExtensionString, CAST(PayloadBinary AS TEXT) AS payload
                    FROM OrleansStorage WHERE GrainTypeString GLOB 'd[0-9]*' AND PayloadBinary IS NOT NULL) AS s
                    LEFT JOIN head AS h USING (ServiceId, GrainIdExtensionString)
                WHERE s.payload ->> '$.save' > coalesce(h.save, 0)
            ),
            named AS MATERIALIZED (
                SELECT ServiceId, GrainIdExtensionString, complete, payload -> '$.entries' AS list,
                    payload ->> '$.namespace' AS namespace, payload ->> '$.collection' AS collection
                FROM part
            ),
            entry AS (
                SELECT n.namespace, n.collection,
                    e.value ->> '$.key' AS key, e.value -> '$.value' AS value, e.value ->> '$.version' AS version,
                    max(e.value ->> '$.sequence') AS sequence
                FROM named AS n, json_each(n.list) AS e
                WHERE e.value ->> '$.sequence' > n.complete AND n.namespace <> ''
                GROUP BY n.ServiceId, n.GrainIdExtensionString, e.value ->> '$.key'
            )
        SELECT namespace, collection, key, value, version FROM entry WHERE value IS NOT NULL;
        """;
}
