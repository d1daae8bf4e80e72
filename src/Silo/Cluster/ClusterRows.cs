using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using Npgsql;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>The rows of a cluster's data in PostgreSQL, through Orleans' ADO.NET provider.</summary>
/// <param name="source">The database; closed with the rows.</param>
/// <param name="serviceId">The name that the data is stored under.</param>
internal sealed class ClusterRows(NpgsqlDataSource source, string serviceId) : IStateRows, IDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private GrainStorageRows? _rows;

    /// <inheritdoc/>
    public long Epoch => 0;

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Call(async () => await (await Rows(ct)).Read(collectionKey, row, ct));

    /// <inheritdoc/>
    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call(async () => await (await Rows(ct)).Write(collectionKey, row, payload, etag, ct));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) =>
        Call(async () =>
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var command = new NpgsqlCommand(SiteSchema.ListSaved, connection);
            command.Parameters.AddWithValue("service", serviceId);
            await using var reader = await command.ExecuteReaderAsync(ct);
            var saved = new Dictionary<string, long>();
            while (await reader.ReadAsync(ct))
            {
                saved.Add(GrainStorageRows.CollectionOf(reader.GetString(0)), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
            }

            return (IReadOnlyDictionary<string, long>)saved;
        });

    /// <inheritdoc/>
    public Task ProveWritable(CancellationToken ct) =>
        Call(async () =>
        {
            await using var command = source.CreateCommand("UPDATE cluster_members SET clock = clock WHERE service = @service");
            command.Parameters.AddWithValue("service", serviceId);
            return await command.ExecuteNonQueryAsync(ct);
        });

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _starting.Dispose();
        source.Dispose();
    }

    private static async Task<T> Call<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NpgsqlException e)
        {
            // Without it as the cause: other silos cannot read the driver's exceptions.
            throw IsOfRow(e) ? new RowRefusedException(DriverFault.TextOf(e)) : new IOException(DriverFault.TextOf(e));
        }
    }

    /// <summary>
    /// By the class of SQLSTATE: data, constraints, a transaction that was rolled back, limits, the server's disk, and damage. All others,
    /// such as connections, rights, a full disk and a server that may only be read, are a matter of all collections.
    /// </summary>
    private static bool IsOfRow(NpgsqlException e) =>
        e is PostgresException { SqlState: var state } && state[..2] is ("22" or "23" or "40" or "54" or "58" or "XX");

    private async Task<GrainStorageRows> Rows(CancellationToken ct)
    {
        if (_rows is { } started)
        {
            return started;
        }

        await _starting.WaitAsync(ct);
        try
        {
            return _rows ??= new GrainStorageRows(await AdoNetProvider.StartPostgres(source, serviceId, ct));
        }
        finally
        {
            _starting.Release();
        }
    }
}
