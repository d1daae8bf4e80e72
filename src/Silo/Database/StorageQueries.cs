namespace EdgeOrleans.Silo.Database;

/// <summary>The queries of Orleans' ADO.NET provider that are the same in every database; how a row is written is each one's own.</summary>
internal static class StorageQueries
{
    /// <summary>Puts <c>ReadFromStorageKey</c> and <c>ClearStorageKey</c> into the table of queries.</summary>
    public const string ReadAndClear =
        """
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
}
