using System.Globalization;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Rows in memory, with the rules of a real storage and a power switch.</summary>
internal sealed class MemoryRows : IStateRows
{
    private readonly Lock _lock = new();
    private Dictionary<(string Collection, string Row), (byte[] Payload, long Version)> _rows = [];
    private Dictionary<(string Collection, string Row), (byte[] Payload, long Version)> _durable = [];
    private readonly List<((string Collection, string Row) Name, (byte[] Payload, long Version) Content)> _unflushed = [];
    private readonly List<string> _ahead = [];
    private long _version = 100;

    public long Epoch { get; private set; }

    public int Count => _rows.Count;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.TryGetValue((collectionKey, row), out var found)
                ? new StateRow(found.Payload, found.Version.ToString(CultureInfo.InvariantCulture))
                : StateRow.None);
        }
    }

    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        lock (_lock)
        {
            var known = _rows.TryGetValue((collectionKey, row), out var found) ? found.Version.ToString(CultureInfo.InvariantCulture) : null;
            if (known != etag)
            {
                throw new RowConflictException($"{row} is under {known}, not {etag}");
            }

            _rows[(collectionKey, row)] = (payload.ToArray(), ++_version);
            _unflushed.Add(((collectionKey, row), _rows[(collectionKey, row)]));
            return Task.FromResult(_version.ToString(CultureInfo.InvariantCulture));
        }
    }

    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct)
    {
        lock (_lock)
        {
            var saved = new Dictionary<string, long>(SavedThrough.Of(_rows.Select(row => (row.Key.Collection, row.Key.Row, row.Value.Payload))));
            _ahead.ForEach(key => saved[key] = IStateRows.AheadForGood);
            return Task.FromResult<IReadOnlyDictionary<string, long>>(saved);
        }
    }

    public Task KeepAhead(IReadOnlyCollection<string> collectionKeys, CancellationToken ct)
    {
        lock (_lock)
        {
            _ahead.AddRange(collectionKeys);
            return Task.CompletedTask;
        }
    }

    public Task MakeDurable(CancellationToken ct)
    {
        lock (_lock)
        {
            _durable = new(_rows);
            _unflushed.Clear();
            return Task.CompletedTask;
        }
    }

    /// <summary>Of what was not made durable the oldest part remains, as with a write-ahead log.</summary>
    public void CutPower(Random random)
    {
        _rows = new(_durable);
        foreach (var (name, content) in _unflushed.Take(random.Next(_unflushed.Count + 1)))
        {
            _rows[name] = content;
        }

        _durable = new(_rows);
        _unflushed.Clear();
    }

    /// <summary>The storage begins anew without a row.</summary>
    public void Replace()
    {
        _rows = [];
        _durable = [];
        _unflushed.Clear();
        Epoch++;
    }
}
