using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Silo.Database;

/// <summary>
/// Rows in the SQLite file, through Orleans' ADO.NET provider, which is started at the first use and again until it succeeds.
/// </summary>
/// <param name="database">The file.</param>
/// <param name="serviceId">Orleans' name of the service, part of each row's key.</param>
/// <param name="time">For the pause between two tries to open it.</param>
/// <param name="writes">Told what SQLite writes and flushes.</param>
internal sealed class SqliteRows(SqliteDatabase database, string serviceId, TimeProvider time, FlashWrites? writes = null)
    : IStateRows, IDisposable
{
    private const int Writers = 1;
    private const int Readers = 2;
    private const int Busy = 5;

    // A checkpoint flushes the log and then the database.
    private const int FlushesOfCheckpoint = 2;

    // A file that cannot be opened (locked by another program, no permission) makes each try wait for the busy timeout,
    // so a try that just failed answers for the calls that waited behind it.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // SQLite has one writer; a second would only sleep in its busy handler. Readers do not wait for it, but their threads block.
    private readonly SemaphoreSlim _writing = new(Writers);
    private readonly SemaphoreSlim _reading = new(Readers);
    private readonly SemaphoreSlim _starting = new(1);
    private GrainStorageRows? _rows;
    private (Exception Error, long At)? _lastFault;
    private int _waiting;
    private long _timeouts;

    /// <inheritdoc/>
    public long Epoch => database.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. database.SetAsideFiles.Select(static file =>
            $"The database was damaged and is set aside as '{file}'; what was saved there is not served until it is restored."),
    ];

    /// <inheritdoc/>
    public StoragePool? Pool
    {
        get
        {
            var idle = _writing.CurrentCount + _reading.CurrentCount;
            return new StoragePool(Writers + Readers - idle, idle, Volatile.Read(ref _waiting), Volatile.Read(ref _timeouts));
        }
    }

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
            ct,
            FlushesOfCheckpoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _reading.Dispose();
        _starting.Dispose();
    }

    private async Task<T> Call<T>(SemaphoreSlim gate, Func<GrainStorageRows, Task<T>> call, CancellationToken ct, int flushes = 0)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await gate.WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        var epoch = database.Epoch;
        try
        {
            // The provider's calls are asynchronous by name alone: they block until SQLite has answered.
            return await Task.Run(async () => await Count(call, await Started(ct), flushes), ct);
        }
        catch (Exception e)
        {
            if (e is SqliteException { SqliteErrorCode: Busy })
            {
                Interlocked.Increment(ref _timeouts);
            }

            database.Examine(e, epoch);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<T> Count<T>(Func<GrainStorageRows, Task<T>> call, GrainStorageRows rows, int flushes)
    {
        var thread = Environment.CurrentManagedThreadId;
        var before = ThreadWrites.Count();
        try
        {
            return await call(rows);
        }
        finally
        {
            var written = thread == Environment.CurrentManagedThreadId ? ThreadWrites.Count() - before : 0;
            writes?.Add(written, written > 0 ? flushes : 0);
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
