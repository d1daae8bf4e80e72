using System.Collections.Concurrent;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.WriteBehind.Tests;

namespace EdgeOrleans.Grains.Tests.Hosting;

/// <summary>A storage of rows in memory that can be away.</summary>
internal sealed class TestRows : IStateRows
{
    private readonly ConcurrentDictionary<(string Collection, string Row), (byte[] Payload, string ETag)> _rows = new();
    private readonly ConcurrentQueue<(string Collection, string Row)> _reads = new();
    private readonly ConcurrentQueue<(string Collection, string Row)> _writes = new();
    private long _etags;
    private int _underWay;

    public long Epoch => 0;

    /// <summary>Every call fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>The process has no memory for the next call.</summary>
    public bool IsMemoryShort { get; set; }

    /// <summary>Reads are answered, writes fail.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>The collection whose rows are not taken.</summary>
    public string? Refused { get; set; }

    /// <summary>The most calls that were ever under way at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Reads of chunks fail, those of heads and slots do not.</summary>
    public bool LosesChunks { get; set; }

    /// <summary>Before every write another activation writes the same row.</summary>
    public bool IsWrittenByOthers { get; set; }

    /// <summary>Each call takes this long.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The next write is done, and its answer lost.</summary>
    public bool LosesNextAnswer { get; set; }

    /// <summary>How many calls are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Calls wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>What was read since the start or the last <see cref="Forget"/>.</summary>
    public IReadOnlyCollection<(string Collection, string Row)> Reads => _reads;

    /// <summary>What was written since then.</summary>
    public IReadOnlyCollection<(string Collection, string Row)> Writes => _writes;

    public void Forget()
    {
        _reads.Clear();
        _writes.Clear();
    }

    /// <summary>The storage is replaced by an empty one.</summary>
    public void Lose() => _rows.Clear();

    public async Task<StateRow> Read(string collectionKey, string row, CancellationToken ct)
    {
        await Answer();
        _reads.Enqueue((collectionKey, row));
        if (LosesChunks && row[0] == 's')
        {
            throw new IOException("the storage has a bad sector");
        }

        return _rows.TryGetValue((collectionKey, row), out var found) ? new StateRow(found.Payload, found.ETag) : StateRow.None;
    }

    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        await ProveWritable(ct);
        if (collectionKey == Refused)
        {
            throw new RowRefusedException("no such row is taken");
        }

        lock (_rows)
        {
            var current = _rows.TryGetValue((collectionKey, row), out var found) ? found.ETag : null;
            if (IsWrittenByOthers)
            {
                var writer = "\"writer\":\""u8;
                var others = payload.ToArray();
                others.AsSpan(others.AsSpan().IndexOf(writer) + writer.Length, 32).Fill((byte)'0');
                _rows[(collectionKey, row)] = (others, current = $"{++_etags}");
            }

            if (current != etag)
            {
                throw new RowConflictException($"row {row} of {collectionKey} is under {current}, not {etag}");
            }

            var next = $"{++_etags}";
            _rows[(collectionKey, row)] = (payload.ToArray(), next);
            _writes.Enqueue((collectionKey, row));
            if (LosesNextAnswer)
            {
                LosesNextAnswer = false;
                throw new IOException("the connection broke");
            }

            return next;
        }
    }

    public async Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct)
    {
        await Answer();
        return SavedThrough.Of(_rows.Select(row => (row.Key.Collection, row.Key.Row, row.Value.Payload)));
    }

    public async Task ProveWritable(CancellationToken ct)
    {
        await Answer();
        if (IsReadOnly)
        {
            throw new IOException("the storage may only be read");
        }
    }

    public Task MakeDurable(CancellationToken ct) => Answer();

    private async Task Answer()
    {
        lock (_rows)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_underWay);
        }

        await Gate;
        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency);
        }

        lock (_rows)
        {
            _underWay--;
        }

        if (IsMemoryShort)
        {
            IsMemoryShort = false;
#pragma warning disable CA2201 // What the runtime itself throws then.
            throw new OutOfMemoryException();
#pragma warning restore CA2201
        }

        if (IsAway)
        {
            throw new IOException("the storage is away");
        }
    }
}
