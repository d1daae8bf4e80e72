using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Silo.Database;

/// <summary>
/// Rows in the SQLite file, through Orleans' ADO.NET provider, which is started at the first use and again until it succeeds.
/// </summary>
internal sealed class SqliteRows(SqliteDatabase database, string serviceId, TimeProvider time) : IStateRows, IDisposable
{
    // A file that cannot be opened (locked by another program, no permission) makes each try wait for the busy timeout,
    // so a try that just failed answers for the calls that waited behind it.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // SQLite has one writer; a second would only sleep in its busy handler. Readers do not wait for it, but their threads block.
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _reading = new(2);
    private readonly SemaphoreSlim _starting = new(1);
    private GrainStorageRows? _rows;
    private (Exception Error, long At)? _lastFault;

    /// <inheritdoc/>
    public long Epoch => database.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. database.SetAsideFiles.Select(static file =>
            $"The database was damaged and is set aside as '{file}'; what was saved there is not served until it is restored."),
    ];

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Call(_reading, rows => rows.Read(collectionKey, row, ct), ct);

    /// <inheritdoc/>
    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call(_writing, rows => rows.Write(collectionKey, row, payload, etag, ct), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) =>
        Call(_reading, _ => Task.FromResult(database.ListSaved(serviceId)), ct);

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) =>
        Call(
            _writing,
            _ =>
            {
                database.Checkpoint();
                return Task.FromResult(true);
            },
            ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _reading.Dispose();
        _starting.Dispose();
    }

    private async Task<T> Call<T>(SemaphoreSlim gate, Func<GrainStorageRows, Task<T>> call, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        var epoch = database.Epoch;
        try
        {
            // The provider's calls are asynchronous by name alone: they block until SQLite has answered.
            return await Task.Run(async () => await call(await Started(ct)), ct);
        }
        catch (Exception e)
        {
            database.Examine(e, epoch);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<GrainStorageRows> Started(CancellationToken ct)
    {
        if (_rows is { } started)
        {
            // Begun anew when the file was set aside.
            database.Open();
            return started;
        }

        await _starting.WaitAsync(ct);
        try
        {
            return _rows ??= await Start(ct);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<GrainStorageRows> Start(CancellationToken ct)
    {
        if (_lastFault is { } fault && time.GetElapsedTime(fault.At) < RetryAfter)
        {
            throw new IOException(fault.Error.Message, fault.Error);
        }

        try
        {
            database.Open();
            return new GrainStorageRows(await AdoNetProvider.StartSqlite(database.Source, serviceId, ct));
        }
        catch (Exception e)
        {
            _lastFault = (e, time.GetTimestamp());
            throw;
        }
    }
}
