using System.Data;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>Copies a device's rows as they are, from the site's database into a SQLite file: the tables are the same.</summary>
internal static class SiteCopy
{
    private const string Read =
        """
        SELECT GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1, Version, PayloadBinary
        FROM OrleansStorage WHERE ServiceId = @device
        """;

    private const string Write =
        """
        INSERT INTO OrleansStorage (ServiceId, GrainIdExtensionString, GrainTypeString, GrainIdN0, GrainIdN1, Version, PayloadBinary)
        VALUES (@service, @p0, @p1, @p2, @p3, @p4, @p5)
        """;

    // The first row may take long to come; from then on they stream.
    private const int TimeoutSeconds = 600;

    /// <summary>Copies in one transaction on either side: one moment there, all or nothing here.</summary>
    /// <returns>How many rows.</returns>
    public static async Task<long> Run(NpgsqlConnection site, string device, SqliteDatabase database, string serviceId)
    {
        await using var moment = await site.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using var read = new NpgsqlCommand(Read, site) { CommandTimeout = TimeoutSeconds };
        read.Parameters.AddWithValue("device", device);
        await using var rows = await read.ExecuteReaderAsync();

        using var connection = database.Source.Open();
        using var transaction = connection.BeginTransaction();
        using var write = connection.CreateCommand();
        write.CommandText = Write;
        write.Parameters.AddWithValue("@service", serviceId);
        var count = 0L;
        while (await rows.ReadAsync())
        {
            while (write.Parameters.Count > 1)
            {
                write.Parameters.RemoveAt(1);
            }

            for (var i = 0; i < rows.FieldCount; i++)
            {
                write.Parameters.AddWithValue($"@p{i}", rows.GetValue(i));
            }

            write.ExecuteNonQuery();
            count++;
        }

        transaction.Commit();
        return count;
    }
}
