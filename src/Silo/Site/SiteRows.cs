using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>This device's rows in the site's PostgreSQL, through Orleans' ADO.NET provider.</summary>
internal sealed class SiteRows(SiteLink link, DeviceIdentity identity, Bandwidth bandwidth) : IStateRows
{
    /// <inheritdoc/>
    public long Epoch => link.Epoch;

    /// <inheritdoc/>
    public StorageStanding Standing => new(identity.Id, link.Refusal, bandwidth.BytesPerSecond);

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Call(async () => await (await link.Rows(ct)).Read(collectionKey, row, ct));

    /// <inheritdoc/>
    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call(async () =>
        {
            var rows = await link.Rows(ct);
            await bandwidth.Take(payload.Length, ct);
            var written = await rows.Write(collectionKey, row, payload, etag, ct);
            bandwidth.Sent(payload.Length);
            return written;
        });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) =>
        Call(async () =>
        {
            await link.Rows(ct);
            var record = await identity.Get(ct);
            await using var connection = await link.Connect(ct);
            await using var command = new NpgsqlCommand(SiteSchema.ListSaved, connection);
            command.Parameters.AddWithValue("service", record.Id);
            await using var reader = await command.ExecuteReaderAsync(ct);
            var saved = new Dictionary<string, long>();
            while (await reader.ReadAsync(ct))
            {
                saved.Add(GrainStorageRows.CollectionOf(reader.GetString(0)), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
            }

            // Once ahead, ahead until an operator has decided, however far this device has come since.
            foreach (var key in record.Ahead)
            {
                saved[key] = IStateRows.AheadForGood;
            }

            return (IReadOnlyDictionary<string, long>)saved;
        });

    /// <inheritdoc/>
    public Task KeepAhead(IReadOnlyCollection<string> collectionKeys, CancellationToken ct) => identity.Change(
        record => collectionKeys.All(record.Ahead.Contains) ? record : record with { Ahead = [.. record.Ahead.Union(collectionKeys)] }, ct);

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) => Task.CompletedTask;

    private async Task<T> Call<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NpgsqlException e)
        {
            link.Doubt();
            throw new IOException(DriverFault.TextOf(e), e);
        }
        catch (Exception e) when (e is not RowConflictException)
        {
            link.Doubt();
            throw;
        }
    }
}
